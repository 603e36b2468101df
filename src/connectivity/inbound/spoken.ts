// What a protocol message says, as far as it must be known before it is handed on: what it is about, and whether its outcome
// settles the message that brought it (basic-acknowledgements page, connectivity).

import { parseDuration } from "../../base/duration.ts";
import { isArray, isObject, type JsonObject, type JsonValue, putKey } from "../../base/json/json.ts";
import { labelsOfValue } from "../../protocol/requested-acks.ts";
import type { Topic } from "../../protocol/topic.ts";
import { topicParts } from "../placeholders/protocol.ts";
import type { Spoken } from "./enforcement.ts";

/** What a message is about; `undefined` where that is not one entity. */
export function spokenOf(topic: Topic): Spoken | undefined {
  switch (topic.says) {
    case "command":
    case "streaming":
      return topic.id === undefined ? undefined : { kind: topic.kind, id: topic.id };
    case "acknowledgement":
    case "live":
      return { kind: "thing", id: topic.id };
    case "search":
    case "permissions":
      return undefined;
  }
}

/**
 * Whether a message is an answer of a twin, as comes in where a source reads what its replies are published to. To answer it, an error
 * for instance, would go on for ever.
 */
export function isAnswerToNobody({ topic, status, headers }: JsonObject): boolean {
  // Nearly no message can be one, and to take a topic apart costs more than to see that.
  if (typeof status !== "number" && !(typeof topic === "string" && topic.includes("/errors"))) return false;
  const parts = typeof topic === "string" ? topicParts(topic) : undefined;
  if (!parts || parts.channel === "live" || (isObject(headers) && headers.channel === "live")) return false;
  return parts.criterion === "errors" || (parts.criterion === "commands" && typeof status === "number");
}

/** What is acknowledged: what changes a twin, or what a device is asked. */
export type Acknowledged = "twin" | "live";

/** Which acknowledgements can be requested by a message; `undefined` where none can. */
export function acknowledgedBy(
  topic: Topic,
  message: JsonObject,
  headers: JsonObject,
): Acknowledged | undefined {
  if (topic.says === "live") {
    const isAsked = topic.criterion === "commands" || topic.criterion === "messages";
    return isAsked && message.status === undefined ? "live" : undefined;
  }
  if (topic.says !== "command" || topic.kind !== "thing") return undefined;
  if (headers.channel === "live") return "live";
  if (topic.action !== "retrieve") return "twin";
  return headers["live-channel-condition"] === undefined ? undefined : "live";
}

/** Labels that cannot be requested of the one and the other. */
const impossible: Readonly<Record<Acknowledged, ReadonlySet<string>>> = {
  twin: new Set(["live-response"]),
  live: new Set(["twin-persisted", "search-persisted"]),
};

/**
 * Whether what comes of a message settles the one that brought it; else that is settled once the message is handed on. A
 * timeout that leaves no time for what is wanted is refused, which settles it as well.
 */
export function settlesByOutcome(acknowledged: Acknowledged | undefined, headers: JsonObject): boolean {
  const isZero = isZeroTimeout(headers.timeout);
  const required = flagOf(headers["response-required"]) ?? !(isZero && acknowledged);
  const given = headers["requested-acks"];
  const requested = given === undefined ? undefined : (labelsOfValue(given) ?? []);
  if (isZero && (required || (requested?.length ?? 0) > 0)) return true;
  if (!acknowledged) return false;
  if (!requested) return required && !isZero;
  const possible = requested.filter((label) => !impossible[acknowledged].has(label));
  if (acknowledged === "twin" || possible.length < requested.length) return possible.length > 0;
  return required ? requested.length > 0 : possible.some((label) => label !== "live-response");
}

const flagOf = (value: JsonValue | undefined): boolean | undefined =>
  value === undefined ? undefined : value !== false && value !== "false";

function isZeroTimeout(value: JsonValue | undefined): boolean {
  if (value === undefined) return false;
  return parseDuration(typeof value === "string" ? value : JSON.stringify(value)) === 0;
}

/** The headers of a protocol message under lower-case names, those that are null left out. */
export function headersOfMessage(message: JsonObject): { [name: string]: JsonValue } {
  const headers: { [name: string]: JsonValue } = {};
  if (!isObject(message.headers)) return headers;
  for (const name of Object.keys(message.headers)) {
    const value = message.headers[name] as JsonValue;
    if (value !== null) putKey(headers, name.toLowerCase(), value);
  }
  return headers;
}

/** The labels that a header requests; none where it requests none or is none. */
export const requestedLabels = (headers: JsonObject): readonly string[] => {
  const given = headers["requested-acks"];
  return (isArray(given) || typeof given === "string" ? labelsOfValue(given) : undefined) ?? [];
};
