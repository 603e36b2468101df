// What a mapper made of a sample message, for whoever writes mappings.

import { isUtf8 } from "node:buffer";
import type { TwinError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json/json.ts";
import type { ExternalMessage } from "../external-message.ts";
import { scriptPlaceOf } from "../mapping/errors.ts";
import type { Outcome } from "../mapping/mappings.ts";

export const incomingJson = (outcome: Outcome<JsonObject>): JsonObject =>
  outcomeJson(outcome, (message) => message);

export const outgoingJson = (outcome: Outcome<ExternalMessage>): JsonObject =>
  outcomeJson(outcome, externalJson);

function outcomeJson<T>(outcome: Outcome<T>, print: (message: T) => JsonObject): JsonObject {
  const { mapper, is } = outcome;
  switch (outcome.is) {
    case "mapped":
      return { mapper, outcome: is, messages: outcome.messages.map(print) };
    case "dropped":
      return { mapper, outcome: is };
    case "failed":
      return { mapper, outcome: is, error: errorJson(outcome.error) };
  }
}

/** Of a script with the place that the error is from. */
function errorJson(error: TwinError): JsonObject {
  const { script, line, column } = scriptPlaceOf(error) ?? {};
  const { message, description } = error.text;
  return {
    ...{ status: error.status, error: error.code, message },
    ...(description === undefined ? {} : { description }),
    ...(script === undefined || line === undefined ? {} : { script, line }),
    ...(column === undefined ? {} : { column }),
  };
}

function externalJson({ headers, payload }: ExternalMessage): JsonObject {
  if (!payload) return { headers };
  const bytes = payload.bytes();
  return isUtf8(bytes)
    ? { headers, textPayload: payload.text() }
    : { headers, bytePayload: bytes.toString("base64") };
}
