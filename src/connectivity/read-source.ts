// Sources of connections, as Ditto reads them.

import { isLabel } from "../protocol/requested-acks.ts";
import { acknowledgementLabelInvalid } from "./errors.ts";
import {
  allTexts,
  countAt,
  fieldOf,
  flagAt,
  intAt,
  knownTextsAt,
  type Part,
  partAt,
  required,
  textAt,
  textListAt,
  textsAt,
} from "./fields.ts";
import type {
  AcknowledgementRequests,
  ConnectionType,
  Enforcement,
  HeaderMapping,
  ReplyTarget,
  ResponseType,
  Source,
} from "./model.ts";

const REPLY_TO = "{{header:reply-to}}";
const replyHeaders: HeaderMapping = {
  "correlation-id": "{{header:correlation-id}}",
  "content-type": "{{header:content-type}}",
};

/** Reads a source. One that says nothing of replies has them sent to the header `reply-to`, where there are headers. */
export function readSource(part: Part, type: ConnectionType): Source {
  const enforcement = partAt(part, "enforcement");
  const acknowledgements = partAt(part, "acknowledgementRequests");
  const qos = intAt(part, "qos");
  const source: Source = {
    addresses: textsAt(part, "addresses"),
    consumerCount: countAt(part, "consumerCount", 1),
    ...(qos === undefined ? {} : { qos }),
    authorizationContext: textListAt(part, "authorizationContext"),
    ...(enforcement && { enforcement: readEnforcement(enforcement) }),
    ...(acknowledgements && { acknowledgementRequests: readRequests(acknowledgements) }),
    headerMapping: allTexts(partAt(part, "headerMapping")),
    payloadMapping: textListAt(part, "payloadMapping"),
    declaredAcks: labelsAt(part, "declaredAcks"),
  };
  return withReplies(source, partAt(part, "replyTarget"), type);
}

const readEnforcement = (part: Part): Enforcement => ({
  filters: textsAt(part, "filters"),
  input: required(textAt, part, "input"),
});

function readRequests(part: Part): AcknowledgementRequests {
  const filter = textAt(part, "filter");
  return { includes: labelsAt(part, "includes"), ...(filter === undefined ? {} : { filter }) };
}

/** Labels of acknowledgements, which may begin with a placeholder. */
function labelsAt(part: Part, key: string): readonly string[] {
  const labels = textsAt(part, key);
  labels.forEach((label, i) => {
    checkLabel(label, `${fieldOf(part, key)}/${i}`);
  });
  return labels;
}

/** Refuses what can be no label with `acknowledgement:label.invalid`. */
export function checkLabel(label: string, field: string): void {
  const made =
    "A label is made of 3 to 165 letters, digits, '_', '-' and ':'; it may begin with '{{connection:id}}:'.";
  if (!isLabel(label)) throw acknowledgementLabelInvalid(field, label, made);
}

function withReplies(source: Source, part: Part | undefined, type: ConnectionType): Source {
  const enabled = (part && flagAt(part, "enabled")) ?? true;
  const replyTarget = part && readReplyTarget(part, enabled);
  if (replyTarget) return { ...source, replyTarget };
  if (!enabled) return source;
  const bare: ReplyTarget = { address: REPLY_TO, headerMapping: {}, expectedResponseTypes: usual, enabled };
  // MQTT 3.1.1 has no headers to take the address from; Ditto sets it all the same.
  if (type === "mqtt") return { ...source, replyTarget: bare };
  return {
    ...source,
    headerMapping: { ...replyHeaders, "reply-to": REPLY_TO, ...source.headerMapping },
    replyTarget: { ...bare, headerMapping: replyHeaders },
  };
}

const responseTypes: readonly ResponseType[] = ["response", "error", "nack"];
const usual: readonly ResponseType[] = ["response", "error"];

function readReplyTarget(part: Part, enabled: boolean): ReplyTarget | undefined {
  const address = textAt(part, "address");
  if (address === undefined) return undefined;
  const isSaid = (part.json.expectedResponseTypes ?? null) !== null;
  return {
    address,
    headerMapping: allTexts(partAt(part, "headerMapping")),
    expectedResponseTypes: isSaid ? knownTextsAt(part, "expectedResponseTypes", responseTypes) : usual,
    enabled,
  };
}
