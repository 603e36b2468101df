// The CloudEvents mapper: Ditto Protocol messages as the data of events, in binary and structured mode.

import { randomUUID } from "node:crypto";
import { getKey, isObject, type JsonObject } from "../../base/json/json.ts";
import { jsonText } from "../../base/placeholders/json-text.ts";
import { type ExternalHeaders, textPayload } from "../external-message.ts";
import { engineNames } from "./class-names.ts";
import { DITTO_PROTOCOL } from "./content-type.ts";
import { mappingFailed } from "./errors.ts";
import type { MappingEngine } from "./mapper.ts";
import { blockedTypes } from "./options.ts";
import {
  contentTypeOf,
  correlationIdOf,
  payloadText,
  protocolMessage,
  thingIdOf,
  topicOf,
  withCorrelationId,
} from "./reading.ts";

const STRUCTURED = "application/cloudevents+json";
const attributes = ["specversion", "type", "id", "source"];
const SOURCE = "https://github.com/eclipse-ditto/ditto";
const noEvent = (contentType: string) => mappingFailed(contentType, "This is no CloudEvent.");

export const cloudEvents: MappingEngine = {
  names: engineNames("CloudEvents", "CloudEventsMapper"),
  needsDefinition: false,
  create: ({ options }) => ({
    blocked: blockedTypes(options),
    incoming(message) {
      const text = payloadText(message);
      const contentType = contentTypeOf(message);
      if (contentType === DITTO_PROTOCOL) return [binaryEvent(text, message.headers)];
      return contentType === STRUCTURED ? [structuredEvent(text)] : [];
    },
    outgoing: (message) => [
      {
        headers: { "content-type": STRUCTURED },
        payload: textPayload(JSON.stringify(eventOf(message.json()))),
      },
    ],
    close() {},
  }),
};

/** The attributes are headers. */
function binaryEvent(text: string, headers: ExternalHeaders): JsonObject {
  if (!attributes.every((name) => headers[`ce-${name}`] !== undefined)) throw noEvent(DITTO_PROTOCOL);
  return withCorrelationId(protocolMessage(text, DITTO_PROTOCOL), headers["ce-id"]);
}

/** The attributes are members beside the data. */
function structuredEvent(text: string): JsonObject {
  const event = protocolMessage(text, STRUCTURED);
  if (!attributes.every((name) => getKey(event, name) !== undefined)) throw noEvent(STRUCTURED);
  return withCorrelationId(dataOf(event), jsonText(getKey(event, "id") as string));
}

function dataOf(event: JsonObject): JsonObject {
  const encoded = getKey(event, "data_base64");
  if (typeof encoded === "string")
    return protocolMessage(Buffer.from(encoded, "base64").toString("utf8"), STRUCTURED);
  const data = getKey(event, "data");
  if (!isObject(data)) throw noEvent(STRUCTURED);
  return data;
}

function eventOf(message: JsonObject): JsonObject {
  const topic = topicOf(message);
  const timestamp = getKey(message, "timestamp");
  return {
    data: message,
    specversion: "1.0",
    id: correlationIdOf(message) ?? randomUUID(),
    source: SOURCE,
    type: `org.eclipse.ditto.outbound:${topic.full.split("/").slice(2).join("/")}`,
    datacontenttype: DITTO_PROTOCOL,
    time: typeof timestamp === "string" ? timestamp : new Date().toISOString(),
    subject: thingIdOf(topic),
  };
}
