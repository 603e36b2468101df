// What the mappers read of messages on their way in, and of protocol messages on their way out.

import { randomUUID } from "node:crypto";
import { TwinError } from "../../base/errors.ts";
import { isNamespacedId, nameOf, namespaceOf } from "../../base/ids.ts";
import { getKey, isObject, type JsonObject, type JsonValue } from "../../base/json/json.ts";
import { parseJson } from "../../base/json/parse.ts";
import { jsonText } from "../../base/placeholders/json-text.ts";
import type { ExternalMessage } from "../external-message.ts";
import { idOfTopic, type TopicParts, topicParts } from "../placeholders/protocol.ts";
import { decodeBy } from "./content-type.ts";
import { mappingFailed } from "./errors.ts";

export const contentTypeOf = ({ headers }: ExternalMessage): string | undefined => headers["content-type"];

/** The text of a payload; one that is absent or empty is refused. */
export function payloadText(message: ExternalMessage): string {
  const contentType = contentTypeOf(message);
  const { payload } = message;
  const text =
    !payload || !contentType?.includes("charset=") ? payload?.text() : decodeBy(contentType, payload.bytes());
  if (!text) throw mappingFailed(contentType, "It carries no payload, or an empty one.");
  return text;
}

/** A protocol message from its text. What is no JSON object is refused. */
export function protocolMessage(text: string, contentType: string | undefined): JsonObject {
  const value = parsed(text, contentType);
  if (!isObject(value)) throw mappingFailed(contentType, "A Ditto Protocol message is a JSON object.");
  return value;
}

export function parsed(text: string, contentType: string | undefined): JsonValue {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof TwinError) throw mappingFailed(contentType, error.text.description ?? error.message);
    throw error;
  }
}

/** The topic of a protocol message in parts; refuses what has none. */
export function topicOf(message: JsonObject): TopicParts {
  const text = getKey(message, "topic");
  const topic = typeof text === "string" ? topicParts(text) : undefined;
  if (!topic) throw mappingFailed(undefined, "The protocol message has no topic that can be read.");
  return topic;
}

/** The ID of the thing that a topic is about. */
export const thingIdOf = (topic: TopicParts): string => idOfTopic(topic);

/** The headers of a protocol message as texts, by lower-case names; those that are null are left out. */
export function headerTexts(message: JsonObject): Record<string, string> {
  const headers = getKey(message, "headers");
  if (!isObject(headers)) return {};
  const entries = Object.keys(headers).map(
    (name) => [name.toLowerCase(), headers[name] as JsonValue] as const,
  );
  return Object.fromEntries(
    entries.filter(([, value]) => value !== null).map(([name, value]) => [name, jsonText(value)]),
  );
}

export const correlationIdOf = (message: JsonObject): string | undefined =>
  headerTexts(message)["correlation-id"];

/** The same message with another correlation ID. */
export const withCorrelationId = (message: JsonObject, id: string = randomUUID()): JsonObject => {
  const headers = getKey(message, "headers");
  return { ...message, headers: { ...(isObject(headers) && headers), "correlation-id": id } };
};

/** The topic of a twin command about a thing; `undefined` where the ID is none. */
export const twinCommandTopic = (thingId: string, action: string): string | undefined =>
  isNamespacedId(thingId)
    ? `${namespaceOf(thingId)}/${nameOf(thingId)}/things/twin/commands/${action}`
    : undefined;
