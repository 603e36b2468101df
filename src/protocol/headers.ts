// Ditto headers as they come in a protocol message: names in lower case, values of their types.

import { defineError } from "../base/errors.ts";
import { isObject, type JsonValue } from "../base/json/json.ts";
import type { DittoHeaders } from "../signals/signal.ts";

export const invalidHeader = defineError(
  "header.invalid",
  400,
  (name: string, value: string, type: string) => ({
    message: `The value '${value}' of the header '${name}' is not valid.`,
    description: `It must be ${type}.`,
    invalidHeaderKey: name,
  }),
);

const tagList = /^\s*(?:\*|(?:W\/)?"[^"]*"(?:\s*,\s*(?:W\/)?"[^"]*")*)\s*$/;

interface HeaderType {
  readonly says: string;
  parse(value: JsonValue): JsonValue | undefined;
}

const text: HeaderType = {
  says: "a string",
  parse: (value) => (typeof value === "object" ? undefined : String(value)),
};
const flag: HeaderType = {
  says: "'true' or 'false'",
  parse: (value) => (String(value) === "true" ? true : String(value) === "false" ? false : undefined),
};
const tags: HeaderType = {
  says: "'*' or a list of entity tags in double quotes",
  parse: (value) => (typeof value === "string" && tagList.test(value) ? value : undefined),
};

/** The headers that the server reads, each with its type; others pass as they are. */
const known: Readonly<Record<string, HeaderType>> = {
  "correlation-id": text,
  "response-required": flag,
  "allow-policy-lockout": flag,
  "if-match": tags,
  "if-none-match": tags,
  "content-type": text,
};

/** Reads the value of a header; a value that is not of the header's type is refused with `header.invalid`. */
export function parseHeader(name: string, value: JsonValue): JsonValue {
  const type = Object.hasOwn(known, name) ? known[name] : undefined;
  if (!type) return value;
  const parsed = type.parse(value);
  if (parsed === undefined) {
    const shown = typeof value === "string" ? value : JSON.stringify(value);
    throw invalidHeader(name, shown, type.says);
  }
  return parsed;
}

/** Reads the `headers` object of a protocol message. */
export function parseHeaders(value: JsonValue | undefined): DittoHeaders {
  const headers: { [name: string]: JsonValue } = {};
  if (!isObject(value)) return headers;
  for (const name of Object.keys(value)) {
    const lower = name.toLowerCase();
    if (lower !== "__proto__") headers[lower] = parseHeader(lower, value[name] as JsonValue);
  }
  return headers;
}
