// Ditto headers, by HTTP or in a protocol message: names in lower case, values of their types.

import { defineError } from "../base/errors.ts";
import { isObject, type JsonValue, putKey } from "../base/json/json.ts";
import type { DittoHeaders } from "../signals/signal.ts";

interface HeaderType {
  readonly says: string;
  readonly href?: string;
  /** The only values that are supported, where there are others in Ditto. */
  readonly supports?: ReadonlySet<string>;
  parse(value: JsonValue): JsonValue | undefined;
}

export const invalidHeader = defineError(
  "header.invalid",
  400,
  (name: string, value: string, type: Pick<HeaderType, "says" | "href">) => ({
    message: `The value '${value}' of the header '${name}' is not valid.`,
    description: `It must be ${type.says}.`,
    ...(type.href && { href: type.href }),
    invalidHeaderKey: name,
  }),
);

const unsupportedHeader = defineError("header.notsupported", 400, (name: string, value: string) => ({
  message: `This server does not support the header '${name}' with the value '${value}'.`,
  description: "It is not ignored, lest something happens that the header should have prevented or shaped.",
}));

const tagList = /^\s*(?:\*|(?:W\/)?"[^"]*"(?:\s*,\s*(?:W\/)?"[^"]*")*)\s*$/;

const text: HeaderType = {
  says: "a string",
  parse: (value) => (typeof value === "object" ? undefined : String(value)),
};
/** It comes back in answers and events, so it must be what a header of HTTP can hold. */
const correlationId: HeaderType = {
  says: "at most 1,024 printable characters of ASCII",
  parse: (value) => {
    const id = text.parse(value);
    return typeof id === "string" && /^[ -~]{0,1024}$/.test(id) ? id : undefined;
  },
};
const flags: ReadonlyMap<JsonValue, boolean> = new Map<JsonValue, boolean>([
  [true, true],
  ["true", true],
  [false, false],
  ["false", false],
]);
const flag: HeaderType = { says: "'true' or 'false'", parse: (value) => flags.get(value) };
const tags: HeaderType = {
  says: "'*' or a list of entity tags in double quotes",
  href: "https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3",
  parse: (value) => (typeof value === "string" && tagList.test(value) ? value : undefined),
};

/** A header of Ditto's that changes what a request does, and that is supported with some values only. */
const only = (...values: readonly string[]): HeaderType => ({
  says: "a string",
  supports: new Set(values),
  parse: (value) => (typeof value === "object" ? JSON.stringify(value) : String(value)),
});

/** The headers that the server reads, each with its type; others pass as they are. */
const known: Readonly<Record<string, HeaderType>> = {
  "correlation-id": correlationId,
  "response-required": flag,
  "allow-policy-lockout": flag,
  "if-match": tags,
  "if-none-match": tags,
  channel: only("twin"),
  condition: only(),
  "live-channel-condition": only(),
  "if-equal": only("update"),
  "merge-thing-patch-conditions": only(),
  "requested-acks": only("", "[]", "twin-persisted", '["twin-persisted"]'),
  "put-metadata": only(),
  "get-metadata": only(),
  "delete-metadata": only(),
  "at-historical-revision": only(),
  "at-historical-timestamp": only(),
  "dry-run": only("false"),
  "policy-view": only("original"),
};

/** The names of the headers that the server reads. */
export const knownHeaders: readonly string[] = Object.keys(known);

/**
 * Reads the value of a header; a value that is not of the header's type is refused with `header.invalid`, one that
 * is not supported with `header.notsupported`.
 */
export function parseHeader(name: string, value: JsonValue): JsonValue {
  const type = Object.hasOwn(known, name) ? known[name] : undefined;
  if (!type) return value;
  const parsed = type.parse(value);
  if (parsed === undefined) {
    const shown = typeof value === "string" ? value : JSON.stringify(value);
    throw invalidHeader(name, shown, type);
  }
  if (type.supports && !type.supports.has(String(parsed))) throw unsupportedHeader(name, String(parsed));
  return parsed;
}

/** The headers of a protocol message as they came, by lower-case name. */
export function readHeaders(value: JsonValue | undefined): DittoHeaders {
  const headers: { [name: string]: JsonValue } = {};
  if (!isObject(value)) return headers;
  for (const name of Object.keys(value)) putKey(headers, name.toLowerCase(), value[name] as JsonValue);
  return headers;
}

/** The same with values of their types; refuses as {@link parseHeader} does. */
export function parseHeaders(read: DittoHeaders): DittoHeaders {
  const headers: { [name: string]: JsonValue } = {};
  for (const name of Object.keys(read)) putKey(headers, name, parseHeader(name, read[name] as JsonValue));
  return headers;
}
