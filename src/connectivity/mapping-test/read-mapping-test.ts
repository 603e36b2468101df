// The request of a mapping test: a sample message, and which mappers are to see it.

import { isObject, type JsonObject, type JsonValue } from "../../base/json/json.ts";
import { fieldInvalid, fieldUnknown } from "../errors.ts";
import { bytesPayload, type ExternalMessage, textPayload } from "../external-message.ts";
import { allTexts, fieldOf, intAt, type Part, partAt, required, textAt, textsAt } from "../fields.ts";
import type { Connection, MappingDefinition } from "../model.ts";
import { definitionsOf } from "../read.ts";

interface Mappers {
  /** IDs of mappers in their order; absent: those of the source or target. */
  readonly payloadMapping?: readonly string[];
  /** They take the place of those of the connection with the same IDs. */
  readonly mappingDefinitions: Readonly<Record<string, MappingDefinition>>;
  /** Index of the source or target of the connection; absent: the first. */
  readonly end?: number;
}

export interface Incoming extends Mappers {
  readonly direction: "inbound";
  readonly message: ExternalMessage;
  /** Where the message came in; absent: the first address of the source. */
  readonly address?: string;
}

export interface Outgoing extends Mappers {
  readonly direction: "outbound";
  /** A Ditto Protocol message. */
  readonly message: JsonObject;
}

export type MappingTest = Incoming | Outgoing;

/** Reads a request; what is wrong in it is refused by its field. The connection is the one that the request is about, if any. */
export function readMappingTest(body: JsonValue, connection: Connection | undefined): MappingTest {
  if (!isObject(body)) throw fieldInvalid("", "an object", body);
  const part: Part = { json: body, at: "" };
  const direction = required(textAt, part, "direction");
  const message = required(partAt, part, "message");
  if (direction === "outbound")
    return {
      direction,
      ...mappersIn(part, endIn(part, "target", connection?.targets)),
      message: message.json,
    };
  if (direction !== "inbound") throw fieldUnknown("/direction", direction, ["inbound", "outbound"]);
  const address = textAt(message, "address");
  return {
    direction,
    ...mappersIn(part, endIn(part, "source", connection?.sources)),
    message: externalOf(message),
    ...(address === undefined ? {} : { address }),
  };
}

function mappersIn(part: Part, end: number | undefined): Mappers {
  const isSaid = part.json.payloadMapping !== undefined;
  return {
    ...(isSaid && { payloadMapping: textsAt(part, "payloadMapping") }),
    mappingDefinitions: definitionsOf(partAt(part, "mappingDefinitions")),
    ...(end === undefined ? {} : { end }),
  };
}

function endIn(part: Part, name: string, ends: readonly unknown[] = []): number | undefined {
  const end = intAt(part, name);
  if (end !== undefined && !(end in ends))
    throw fieldInvalid(fieldOf(part, name), `the index of a ${name} of the connection`, end);
  return end;
}

const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;

function externalOf(part: Part): ExternalMessage {
  const text = textAt(part, "textPayload");
  const bytes = textAt(part, "bytePayload");
  if (bytes !== undefined && text !== undefined)
    throw fieldInvalid(fieldOf(part, "bytePayload"), "absent beside a textPayload");
  if (bytes !== undefined && !BASE64.test(bytes)) throw fieldInvalid(fieldOf(part, "bytePayload"), "base64");
  const headers = Object.entries(allTexts(partAt(part, "headers"))).map(
    ([name, value]) => [name.toLowerCase(), value] as const,
  );
  return { headers: Object.fromEntries(headers), payload: payloadOf(text, bytes) };
}

function payloadOf(text: string | undefined, bytes: string | undefined): ExternalMessage["payload"] {
  if (bytes !== undefined) return bytesPayload(Buffer.from(bytes, "base64"));
  return text === undefined ? undefined : textPayload(text);
}
