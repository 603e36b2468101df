// What a mapper made of a sample message, for whoever writes mappings.

import { isUtf8 } from "node:buffer";
import { TwinError } from "../../base/errors.ts";
import { missingJsonField } from "../../base/json/errors.ts";
import type { JsonObject } from "../../base/json/json.ts";
import { parseTopic } from "../../protocol/topic.ts";
import type { ExternalMessage } from "../external-message.ts";
import { scriptPlaceOf } from "../mapping/errors.ts";
import type { Outcome } from "../mapping/mappings.ts";

/** Messages that become nothing, because no topic can be read in them, are told as refused beside what the mapper made. */
export function incomingJson(outcome: Outcome<JsonObject>): JsonObject {
  const told = outcomeJson(outcome, (message) => message);
  const refusals = outcome.is === "mapped" ? outcome.messages.flatMap(refusalOf) : [];
  return refusals.length > 0 ? { ...told, refusals } : told;
}

export const outgoingJson = (outcome: Outcome<ExternalMessage>): JsonObject =>
  outcomeJson(outcome, externalJson);

function refusalOf({ topic }: JsonObject, index: number): readonly JsonObject[] {
  try {
    if (typeof topic !== "string") throw missingJsonField("/topic");
    parseTopic(topic);
    return [];
  } catch (error) {
    if (error instanceof TwinError) return [{ message: index, error: errorJson(error) }];
    throw error;
  }
}

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
