// Acknowledgements by clients (protocol-specification-acks page).

import { invalidJson, missingJsonField } from "../base/json/errors.ts";
import { isObject, type JsonValue } from "../base/json/json.ts";
import { type Envelope, statusOf } from "./envelope.ts";
import { ackLabelInvalid, unknownTopicPath } from "./errors.ts";
import { isLabel } from "./requested-acks.ts";
import type { AckTopic } from "./topic.ts";

/** What a client says of something that it was told; which that was, the correlation ID of its message tells. */
export interface Acknowledgement {
  readonly label: string;
  readonly status: number;
  readonly value?: JsonValue;
}

/**
 * Reads an acknowledgement, or several that come as one. A message without a status of HTTP is refused with
 * `protocoladapter:unknown.topicpath`, a label that is none with `acknowledgement:label.invalid`, several without their fields with
 * `json.field.missing` or `json.invalid`.
 */
export function acknowledgementsOf(
  envelope: Envelope,
  { label }: Pick<AckTopic, "label">,
): readonly Acknowledgement[] {
  const status = statusOf(envelope);
  if (status === undefined) throw unknownTopicPath(envelope.topic);
  const { value } = envelope;
  return label === undefined ? severalOf(value) : [acknowledgement(label, status, value)];
}

function acknowledgement(label: string, status: number, value: JsonValue | undefined): Acknowledgement {
  if (!isLabel(label)) throw ackLabelInvalid(label);
  return { label, status, ...(value !== undefined && { value }) };
}

/** Those of a value that has them by label, as `{"my-ack": {"status": 200, "payload": …}}`. */
function severalOf(value: JsonValue | undefined): readonly Acknowledgement[] {
  if (value === undefined) throw missingJsonField("/value");
  if (!isObject(value))
    throw invalidJson("Acknowledgements that come as one are an object, by their labels.");
  return Object.entries(value).map(([label, one]) => {
    if (!isObject(one)) throw invalidJson("An acknowledgement is an object.");
    const { status: given, payload } = one as { readonly [name: string]: JsonValue | undefined };
    if (given === undefined) throw missingJsonField("/status");
    const status = statusOf({ status: given });
    if (status === undefined) throw invalidJson("The status of an acknowledgement is one of HTTP.");
    return acknowledgement(label, status, payload ?? undefined);
  });
}
