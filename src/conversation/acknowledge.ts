// Acknowledgements that a session sends.

import { customLabels } from "../dispatch/acks/labels.ts";
import { acknowledgementsOf } from "../protocol/acknowledgement.ts";
import { type Envelope, headersOf } from "../protocol/envelope.ts";
import type { AckTopic } from "../protocol/topic.ts";
import { ackLabelForbidden, ackLabelNotDeclared } from "./ack-errors.ts";
import type { Answering, Handling } from "./handling.ts";

/**
 * Takes an acknowledgement, or several that come as one; they are not answered, unless they are malformed or a label is not one
 * that the session declared. What nobody waits for, or no more, is dropped, as is what the session was not told of.
 */
export async function takeAck(envelope: Envelope, topic: AckTopic, handling: Handling): Answering {
  const { parts, sender, length } = handling;
  const { id, channel } = topic;
  handling.isTold = true;
  const checked = headersOf(envelope, parts.maxHeaderBytes);
  const headers = channel ? { ...checked, channel } : checked;
  handling.headers = {}; // of a malformed one Ditto knows nothing
  const acks = acknowledgementsOf(envelope, topic);
  for (const { label } of acks) if (customLabels([label]).length === 0) throw ackLabelForbidden(label);
  Object.assign(handling, { headers, about: { kind: "thing", id, ...(channel && { channel }) } });
  for (const { label } of acks) if (!sender.declaredAcks.has(label)) throw ackLabelNotDeclared(label);
  const characters = Math.ceil(length / acks.length);
  for (const ack of acks) sender.acks.take(ack, { id, headers, characters }, sender.auth);
  return undefined;
}
