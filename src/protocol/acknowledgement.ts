// Acknowledgements by clients (protocol-specification-acks page).

import { invalidJson } from "../base/json/errors.ts";
import type { JsonValue } from "../base/json/json.ts";
import type { Envelope } from "./envelope.ts";
import { ackLabelInvalid, unknownTopicPath, unsupportedSignal } from "./errors.ts";
import { isLabel } from "./requested-acks.ts";
import type { AckTopic } from "./topic.ts";

/** What a client says of something that it was told; which that was, its correlation ID tells. */
export interface Acknowledgement {
  readonly label: string;
  readonly status: number;
  readonly value?: JsonValue;
}

/**
 * Reads an acknowledgement. One without a status of HTTP is refused with `protocoladapter:unknown.topicpath`, a label that is
 * none with `acknowledgement:label.invalid`; several that come as one are not supported (`signal.unsupported`).
 */
export function acknowledgementOf({ topic, status, value }: Envelope, { label }: AckTopic): Acknowledgement {
  if (status !== undefined && !Number.isInteger(status)) throw invalidJson("The status is no whole number.");
  if (typeof status !== "number" || status < 100 || status > 599) throw unknownTopicPath(topic);
  if (label === undefined) throw unsupportedSignal(topic);
  if (!isLabel(label)) throw ackLabelInvalid(label);
  return { label, status, ...(value !== undefined && { value }) };
}
