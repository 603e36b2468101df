// The RawMessage mapper: what messages carry, without the envelope of the Ditto Protocol; that is made of headers.

import { isNamespacedId, nameOf, namespaceOf } from "../../base/ids.ts";
import { getKey, type JsonObject, type JsonValue } from "../../base/json/json.ts";
import { jsonText } from "../../base/placeholders/json-text.ts";
import { messagePathOf, printMessagePath } from "../../protocol/message-path.ts";
import {
  bytesPayload,
  type ExternalMessage,
  type ExternalPayload,
  textPayload,
} from "../external-message.ts";
import type { Text } from "../placeholders/texts.ts";
import { engineNames } from "./class-names.ts";
import { DITTO_PROTOCOL, mediaTypeOf, payloadKindOf } from "./content-type.ts";
import { dittoMapping } from "./ditto.ts";
import { mappingFailed, messageFormatInvalid } from "./errors.ts";
import type { IncomingContext, MappingEngine } from "./mapper.ts";
import { optionText, valuesOf } from "./message-values.ts";
import { blockedTypes, objectOption, textOption } from "./options.ts";
import { headerTexts, parsed, thingIdOf, topicOf } from "./reading.ts";

const header = {
  contentType: "content-type",
  direction: "ditto-message-direction",
  thingId: "ditto-message-thing-id",
  subject: "ditto-message-subject",
  featureId: "ditto-message-feature-id",
  status: "status",
} as const;

const placeholder = (name: string): string => `{{ header:${name} }}`;

/** The headers that an envelope is made of, unless the options say otherwise. */
const defaultHeaders: Readonly<Record<string, string>> = {
  [header.contentType]: "{{ header:content-type | fn:default('application/octet-stream') }}",
  [header.direction]: "{{ header:ditto-message-direction | fn:default('TO') }}",
  [header.thingId]: placeholder(header.thingId),
  [header.subject]: placeholder(header.subject),
  [header.status]: placeholder(header.status),
  [header.featureId]: placeholder(header.featureId),
};

export const rawMessage: MappingEngine = {
  names: engineNames("RawMessage", "RawMessageMapper"),
  needsDefinition: false,
  create({ options }) {
    const texts = headerTextsOf(objectOption(options, "incomingMessageHeaders") ?? {});
    const fallback = textOption(options, "outgoingContentType") ?? "text/plain; charset=UTF-8";
    return {
      blocked: blockedTypes(options, "hono"),
      incoming(message, context) {
        const headers = resolved(texts, message, context);
        const contentType = headers[header.contentType];
        if (contentType === undefined)
          throw messageFormatInvalid(
            "The option 'incomingMessageHeaders' gives the message no content type.",
          );
        return mediaTypeOf(contentType) === DITTO_PROTOCOL
          ? dittoMapping.incoming(message, context)
          : [enveloped(message, headers, contentType)];
      },
      outgoing(message) {
        const json = message.json();
        const contentType = (headerTexts(json)[header.contentType] ?? fallback).toLowerCase();
        const isRaw = topicOf(json).criterion === "messages" && mediaTypeOf(contentType) !== DITTO_PROTOCOL;
        return isRaw ? [bare(json, contentType)] : dittoMapping.outgoing(message);
      },
      close() {},
    };
  },
};

type HeaderTexts = readonly (readonly [name: string, text: Text])[];

function headerTextsOf(given: JsonObject): HeaderTexts {
  const all: Record<string, string> = { ...defaultHeaders };
  for (const name of Object.keys(given)) all[name.toLowerCase()] = jsonText(given[name] as JsonValue);
  return Object.entries(all).map(([name, text]) => [name, optionText("incomingMessageHeaders", text)]);
}

/** Headers without a value are left out. */
function resolved(
  texts: HeaderTexts,
  message: ExternalMessage,
  context: IncomingContext,
): Record<string, string> {
  const values = valuesOf(message, context);
  const found: Record<string, string> = {};
  for (const [name, text] of texts) {
    const value = text.first(values);
    if (value !== undefined) found[name] = value;
  }
  return found;
}

/** The protocol message that carries a payload. */
function enveloped(
  message: ExternalMessage,
  headers: Readonly<Record<string, string>>,
  contentType: string,
): JsonObject {
  const { thingId, subject, direction } = requiredHeaders(headers, contentType);
  const featureId = headers[header.featureId];
  const status = statusOf(headers[header.status], contentType);
  const value = valueOfPayload(message.payload, contentType);
  return {
    topic: `${namespaceOf(thingId)}/${nameOf(thingId)}/things/live/messages/${subject}`,
    headers: { "content-type": contentType },
    path: printMessagePath({ subject, direction, ...(featureId !== undefined && { featureId }) }),
    ...(value !== undefined && { value }),
    ...(status !== undefined && { status }),
  };
}

function requiredHeaders(headers: Readonly<Record<string, string>>, contentType: string) {
  const required = (name: string): string => {
    const value = headers[name];
    if (!value) throw mappingFailed(contentType, `The header '${name}' is missing, or empty.`);
    return value;
  };
  const [thingId, subject, to] = [
    required(header.thingId),
    required(header.subject),
    required(header.direction),
  ];
  if (!isNamespacedId(thingId))
    throw mappingFailed(contentType, `The header '${header.thingId}' holds no ID of a thing.`);
  if (to !== "TO" && to !== "FROM")
    throw mappingFailed(contentType, `The header '${header.direction}' is neither TO nor FROM.`);
  return { thingId, subject, direction: to === "TO" ? ("to" as const) : ("from" as const) };
}

/** One that is none of HTTP counts as absent. */
function statusOf(text: string | undefined, contentType: string): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text))
    throw mappingFailed(contentType, `The header '${header.status}' is no whole number.`);
  const status = Number(text);
  return status >= 100 && status <= 599 ? status : undefined;
}

function valueOfPayload(payload: ExternalPayload | undefined, contentType: string): JsonValue | undefined {
  if (!payload) return undefined;
  switch (payloadKindOf(contentType)) {
    case "json":
      return parsed(payload.text(), contentType);
    case "text":
      return payload.text();
    case "bytes":
      return payload.bytes().toString("base64");
  }
}

/** What a protocol message carries, with headers that say the rest. */
function bare(message: JsonObject, contentType: string): ExternalMessage {
  const topic = topicOf(message);
  const subject = topic.rest ?? "";
  const { direction, featureId } = messagePathOf(String(getKey(message, "path")), subject);
  const status = getKey(message, "status");
  const value = getKey(message, "value");
  return {
    headers: {
      [header.direction]: direction.toUpperCase(),
      [header.thingId]: thingIdOf(topic),
      [header.subject]: subject,
      [header.contentType]: contentType,
      ...(status !== undefined && { [header.status]: jsonText(status) }),
      ...(featureId !== undefined && { [header.featureId]: featureId }),
    },
    payload: value === undefined ? undefined : payloadOf(value, contentType),
  };
}

function payloadOf(value: JsonValue, contentType: string): ExternalPayload {
  if (payloadKindOf(contentType) !== "bytes") return textPayload(jsonText(value));
  if (typeof value !== "string" || !/^[A-Za-z0-9+/]*={0,2}$/.test(value) || value.length % 4 === 1)
    throw messageFormatInvalid(`A message with the content type '${contentType}' carries text in base64.`);
  return bytesPayload(Buffer.from(value, "base64"));
}
