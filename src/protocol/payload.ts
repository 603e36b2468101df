// What messages carry (basic-messages page): their content type says whether it is JSON, text or bytes.

import { TextDecoder } from "node:util";
import type { JsonValue } from "../base/json/json.ts";
import { parseJson } from "../base/json/parse.ts";
import type { Payload } from "../signals/live.ts";

const isJsonType = (media: string) => /^application\/(?:.+\+)?json$/.test(media) && media !== MERGE_PATCH;
const isTextType = (media: string) => /^(?:text\/.*|application\/(?:.+\+)?(?:java|ecma)script)$/.test(media);
/** Ditto counts it neither as JSON nor as text. */
const MERGE_PATCH = "application/merge-patch+json";

function kindOf(contentType: JsonValue | undefined): Payload["is"] {
  if (contentType === "application/json") return "json"; // as nearly all
  const media = typeof contentType === "string" ? (contentType.toLowerCase().split(";")[0] as string) : "";
  if (isJsonType(media)) return "json";
  return isTextType(media) ? "text" : "bytes";
}

/**
 * The payload that the value of a protocol message stands for. Without a content type it is bytes: text in base64, and what
 * is none as it is.
 */
export function payloadOfValue(
  value: JsonValue | undefined,
  contentType: JsonValue | undefined,
): Payload | undefined {
  if (value === undefined) return undefined;
  const kind = kindOf(contentType);
  if (kind === "json") return { is: kind, value };
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return kind === "text" ? { is: kind, text } : { is: kind, bytes: bytesOfText(text) };
}

const bytesOfText = (text: string): Uint8Array => Buffer.from(text, isBase64(text) ? "base64" : "utf8");

/** The padding may be missing, but not be half. */
function isBase64(text: string): boolean {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return false;
  return text.endsWith("=") ? text.length % 4 === 0 : text.length % 4 !== 1;
}

/** The payload of a request's body; none where it is empty. Refuses what should be JSON and is not with `json.invalid`. */
export function payloadOfBytes(bytes: Uint8Array, contentType: JsonValue | undefined): Payload | undefined {
  if (bytes.length === 0) return undefined;
  const kind = kindOf(contentType);
  if (kind === "bytes") return { is: kind, bytes };
  const text = decoderOf(String(contentType)).decode(bytes);
  return kind === "json" ? { is: kind, value: parseJson(text) } : { is: kind, text };
}

/** It keeps nothing of what it decodes, so one is enough. */
const utf8 = new TextDecoder();

function decoderOf(contentType: string): TextDecoder {
  const charset = /;\s*charset="?([^\s";]+)/i.exec(contentType)?.[1];
  if (charset === undefined) return utf8;
  try {
    return new TextDecoder(charset);
  } catch {
    return utf8; // a charset that nobody knows
  }
}

/** What stands for a payload in a protocol message; bytes are base64. */
export function valueOfPayload(payload: Payload): JsonValue {
  switch (payload.is) {
    case "json":
      return payload.value;
    case "text":
      return payload.text;
    case "bytes":
      return Buffer.from(payload.bytes).toString("base64");
  }
}

/** The body of an HTTP answer that has a payload; text is to be sent in UTF-8, as Node does. */
export function bodyOfPayload(payload: Payload): string | Uint8Array {
  switch (payload.is) {
    case "json":
      return JSON.stringify(payload.value);
    case "text":
      return payload.text;
    case "bytes":
      return payload.bytes;
  }
}
