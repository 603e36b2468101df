// Judges large JSON, and makes it as short as it can be.

import { isUtf8 } from "node:buffer";
import { invalidJson } from "../../base/json/errors.ts";
import { getKey, isObject, type JsonValue } from "../../base/json/json.ts";
import { refuseEmptyKeys } from "../../base/json/keys.ts";
import { parseJson } from "../../base/json/parse.ts";
import type { Judged, Large, LargeBody } from "./messages.ts";

/** The most characters that a message has beside its value, where not all of it is short. */
export const MAX_BESIDE_VALUE = 65_536;

/** Refuses with `json.invalid` what is not JSON in UTF-8, or nested too deep; of a body also an empty key. */
export function judge(large: Large): Judged {
  const { bytes, most } = large;
  if (!isUtf8(bytes)) throw invalidJson("It is not encoded in UTF-8.");
  const value = parseJson(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString());
  return large.is === "body" ? judgeBody(value, large) : judgeMessage(value, most);
}

function judgeBody(value: JsonValue, { most, beside }: LargeBody): Judged {
  refuseEmptyKeys(value);
  const text = JSON.stringify(value);
  if (text.length <= most) return { text };
  const part = beside && isObject(value) ? getKey(value, beside.key) : undefined;
  if (!beside || part === undefined) return { text: "", excess: text.length };
  const rest = JSON.stringify({ ...(value as object), [beside.key]: undefined });
  if (rest.length > most) return { text: "", excess: rest.length };
  return JSON.stringify(part).length > beside.most ? { text: "", excess: text.length } : { text };
}

/** A single text costs nothing to read, and may be much longer than what it stands for: bytes in base64, escaped quotes. */
function judgeMessage(message: JsonValue, most: number): Judged {
  const text = JSON.stringify(message);
  if (text.length <= most) return { text };
  if (!isObject(message)) throw invalidJson("A Ditto Protocol message is a JSON object.");
  const rest = JSON.stringify({ ...message, value: undefined });
  if (rest.length > MAX_BESIDE_VALUE)
    throw invalidJson(`The message has more than ${MAX_BESIDE_VALUE} characters beside its value.`);
  const size = text.length - rest.length - ',"value":'.length;
  return size <= most || typeof getKey(message, "value") === "string"
    ? { text }
    : { text: rest, excess: size };
}
