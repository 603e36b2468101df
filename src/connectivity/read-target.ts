// Targets of connections, as Ditto reads them.

import {
  allTexts,
  fieldOf,
  intAt,
  type Part,
  partAt,
  required,
  textAt,
  textListAt,
  textsAt,
} from "./fields.ts";
import type { FilteredTopic, Target } from "./model.ts";
import { checkLabel } from "./read-source.ts";
import { printTopic, readTopic } from "./topics.ts";

/** Reads a target. */
export function readTarget(part: Part): Target {
  const qos = intAt(part, "qos");
  const label = textAt(part, "issuedAcknowledgementLabel");
  if (label !== undefined) checkLabel(label, fieldOf(part, "issuedAcknowledgementLabel"));
  return {
    address: required(textAt, part, "address"),
    topics: topicsAt(part, "topics"),
    ...(qos === undefined ? {} : { qos }),
    authorizationContext: textListAt(part, "authorizationContext"),
    ...(label === undefined ? {} : { issuedAcknowledgementLabel: label }),
    headerMapping: allTexts(partAt(part, "headerMapping")),
    payloadMapping: textListAt(part, "payloadMapping"),
  };
}

/** Topics that come to the same are one. */
function topicsAt(part: Part, key: string): readonly FilteredTopic[] {
  const topics = textsAt(part, key).map((text, i) => readTopic(text, `${fieldOf(part, key)}/${i}`));
  return [...new Map(topics.map((topic) => [printTopic(topic), topic])).values()];
}
