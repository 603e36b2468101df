// The types of Ditto's headers: how a value is read, as text or as JSON, and what a wrong one is told.

import { readInstant } from "../base/instant.ts";
import { isRawNumber, type JsonValue } from "../base/json/json.ts";
import { readPatchConditions } from "../base/json/patch-conditions.ts";
import { readMetadataKeys, readMetadataPuts } from "../base/metadata-headers.ts";
import { labelsOfText, labelsOfValue } from "./requested-acks.ts";
import { durationMs } from "./timeout.ts";

export interface HeaderType {
  /** Completes the sentence "It must be …". */
  readonly says: string;
  readonly href?: string;
  /** The only values that are supported, where there are others in Ditto. */
  readonly supports?: ReadonlySet<string>;
  /** The value of the type, or `undefined` where it is not valid; a type with a refusal of its own throws that. */
  parse(value: JsonValue): JsonValue | undefined;
  /** The same of an HTTP header, where its text is not read as a text in a protocol message is. */
  parseText?(text: string): JsonValue | undefined;
}

const asText = (value: JsonValue): string | undefined =>
  typeof value === "object" ? undefined : String(value);

export const text: HeaderType = { says: "a string", parse: asText };

/** It comes back in answers and events, so it must be what a header of HTTP can hold. */
export const correlationId: HeaderType = {
  says: "printable characters of ASCII, at least one",
  parse(value) {
    const id = asText(value);
    return id !== undefined && /^[ -~]+$/.test(id) ? id : undefined;
  },
};

const flags: ReadonlyMap<JsonValue, boolean> = new Map<JsonValue, boolean>([
  [true, true],
  ["true", true],
  [false, false],
  ["false", false],
]);
export const flag: HeaderType = { says: "'true' or 'false'", parse: (value) => flags.get(value) };

const tagList = /^\s*(?:\*|(?:W\/)?"[^"]*"(?:\s*,\s*(?:W\/)?"[^"]*")*)\s*$/;
export const tags: HeaderType = {
  says: "'*' or a list of entity tags in double quotes",
  href: "https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3",
  parse: (value) => (typeof value === "string" && tagList.test(value) ? value : undefined),
};

/** One of some words; any other counts as the first, as in Ditto. */
export const wordOr = (...words: readonly [string, ...string[]]): HeaderType => ({
  says: `one of ${words.join(", ")}`,
  parse: (value) => words.find((word) => word === value) ?? words[0],
});

export const channel: HeaderType = {
  says: "'twin' or 'live'",
  parse(value) {
    const name = asText(value)?.trim().toLowerCase();
    return name === "twin" || name === "live" ? name : undefined;
  },
};

/** A flag that changes what a request does, and that is supported with one value only. */
export const onlyFlag = (value: boolean): HeaderType => ({ ...flag, supports: new Set([String(value)]) });

/** A revision. What a double does not hold exactly becomes one that is never reached, what is negative 0. */
export const revision: HeaderType = {
  says: "a whole number",
  parse(value) {
    const digits = isRawNumber(value) ? value.rawJSON : asText(value);
    if (digits === undefined || !/^[+-]?\d{1,18}$/.test(digits)) return undefined;
    return Math.max(0, Math.min(Number(digits), Number.MAX_SAFE_INTEGER));
  },
};

/** An instant, in milliseconds since the epoch. */
export const instant: HeaderType = {
  says: "an instant of ISO 8601, as 2022-10-24T03:11:15Z",
  parse: (value) => readInstant(asText(value) ?? ""),
};

/** How long a caller waits; answers repeat it as it came. A wrong one is refused with `timeout.invalid`. */
export const timeout: HeaderType = {
  says: "a duration",
  parse(value) {
    durationMs(value);
    return value;
  },
};

/** Metadata to put; it stays as it came. */
export const metadataPuts: HeaderType = {
  says: "a JSON array of objects with 'key' and 'value'",
  parse(value) {
    readMetadataPuts(value);
    return value;
  },
};

/** Metadata to get or to delete. */
export const metadataKeys = (name: string): HeaderType => ({
  says: "a field selector",
  parse(value) {
    readMetadataKeys(name, value);
    return value;
  },
});

/** A list of labels of acknowledgements. */
export const labels: HeaderType = {
  says: "a list of labels of 3 to 165 letters, digits, '_', '-' and ':', in a protocol message a JSON array",
  parse: labelsOfValue,
  parseText: labelsOfText,
};

export const patchConditions: HeaderType = {
  says: "a JSON object of RQL expressions by JSON pointer",
  parse: (value) => (readPatchConditions(value) ? value : undefined),
};
