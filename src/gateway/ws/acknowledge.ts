// Acknowledgements that a session sends.

import { customLabels } from "../../dispatch/acks/labels.ts";
import { acknowledgementOf } from "../../protocol/acknowledgement.ts";
import { type Envelope, headersOf } from "../../protocol/envelope.ts";
import type { AckTopic } from "../../protocol/topic.ts";
import { ackLabelForbidden, ackLabelNotDeclared } from "./errors.ts";
import { type Answer, correlationIdOf, type Handling } from "./handling.ts";

/**
 * Takes an acknowledgement; it is not answered, unless it is malformed or its label is not one that the session declared.
 * What nobody waits for, or no more, is dropped.
 */
export async function takeAck(envelope: Envelope, topic: AckTopic, handling: Handling): Answer {
  const { parts, sender } = handling;
  handling.isTold = true;
  const headers = headersOf(envelope, parts.maxHeaderBytes);
  handling.headers = {}; // of a malformed one Ditto knows nothing
  const ack = acknowledgementOf(envelope, topic);
  if (customLabels([ack.label]).length === 0) throw ackLabelForbidden(ack.label);
  Object.assign(handling, { headers, about: { kind: "thing", id: topic.id } });
  if (!sender.acks.isDeclared(ack.label)) throw ackLabelNotDeclared(ack.label);
  sender.acks.take(ack, correlationIdOf(headers), sender.auth);
  return undefined;
}
