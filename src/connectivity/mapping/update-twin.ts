// The UpdateTwinWithLiveResponse mapper: what a device answers to a live retrieve is merged into its twin.

import { randomUUID } from "node:crypto";
import { TwinError } from "../../base/errors.ts";
import { getKey, type JsonObject, type JsonValue } from "../../base/json/json.ts";
import type { Values } from "../../base/placeholders/element.ts";
import type { ExternalMessage } from "../external-message.ts";
import { engineNames } from "./class-names.ts";
import type { MappingEngine } from "./mapper.ts";
import { jsonTemplate, valuesOf } from "./message-values.ts";
import { blockedTypes, objectOption } from "./options.ts";
import {
  contentTypeOf,
  correlationIdOf,
  payloadText,
  protocolMessage,
  thingIdOf,
  topicOf,
  twinCommandTopic,
} from "./reading.ts";

const defaultHeaders: JsonObject = { "response-required": false, "if-match": "*" };

export const updateTwinWithLiveResponse: MappingEngine = {
  names: engineNames("UpdateTwinWithLiveResponse", "UpdateTwinWithLiveResponseMessageMapper"),
  needsDefinition: false,
  create({ options }) {
    const headers = jsonTemplate(
      "dittoHeadersForMerge",
      objectOption(options, "dittoHeadersForMerge") ?? defaultHeaders,
    );
    /** A placeholder without a value stays as it is written. */
    const filled = (values: Values) => headers((text) => text.first(values) ?? text.text) as JsonObject;
    return {
      blocked: blockedTypes(options, "hono"),
      incoming(message, context) {
        const merge = mergeOf(message);
        return merge ? [withHeaders(merge, filled(valuesOf(message, context)))] : [];
      },
      outgoing: () => [],
      close() {},
    };
  },
};

interface Merge {
  readonly topic: string;
  readonly path: JsonValue;
  readonly value: JsonValue;
  readonly correlationId: string;
}

/** The merge that a message stands for; what is no live answer to a retrieve is none. */
function mergeOf(message: ExternalMessage): Merge | undefined {
  const response = protocolMessageIn(message);
  const value = response && getKey(response, "value");
  const path = response && getKey(response, "path");
  if (!response || value === undefined || path === undefined || getKey(response, "status") === undefined)
    return undefined;
  const topic = topicOf(response);
  const isRetrieve = topic.channel === "live" && topic.criterion === "commands" && topic.rest === "retrieve";
  const merge = isRetrieve ? twinCommandTopic(thingIdOf(topic), "merge") : undefined;
  return merge
    ? { topic: merge, path, value, correlationId: correlationIdOf(response) ?? randomUUID() }
    : undefined;
}

function protocolMessageIn(message: ExternalMessage): JsonObject | undefined {
  try {
    const read = protocolMessage(payloadText(message), contentTypeOf(message));
    topicOf(read);
    return read;
  } catch (error) {
    if (error instanceof TwinError) return undefined;
    throw error;
  }
}

const withHeaders = ({ topic, path, value, correlationId }: Merge, headers: JsonObject): JsonObject => ({
  topic,
  headers: {
    ...headers,
    "content-type": "application/merge-patch+json",
    "correlation-id": `${correlationId}-merge-into-twin`,
  },
  path,
  value,
});
