// Reading JSON text without losing digits and without letting anything through that the wire format cannot hold.

import { invalidJson } from "./errors.ts";
import { type JsonValue, rawNumber } from "./json.ts";

const MAX_INT64 = 2n ** 63n - 1n;
const MIN_INT64 = -(2n ** 63n);

/** Deepest nesting accepted; far beyond any twin, and safe for every recursive walk of the server. */
export const MAX_DEPTH = 200;

/** Texts that may hold a number which a double would change: a long run of digits, or a large exponent. */
const suspicious = /(?:^|[:,[\s])-?(?:\d{16}|\d[\d.]*[eE]\+?\d{3})/;

/**
 * Parses JSON. Integers are exact to 64 bits; larger ones, numbers beyond the range of a double, and text
 * nested deeper than {@link MAX_DEPTH} are refused with `json.invalid`.
 */
export function parseJson(text: string): JsonValue {
  const value = parseStored(text);
  if (isTooDeep(text)) throw invalidJson(`It is nested deeper than ${MAX_DEPTH} levels.`);
  return value;
}

/** The same of a text that was accepted before: a value that was put deep into another may be nested deeper. */
export const parseStored = (text: string): JsonValue =>
  suspicious.test(text) ? parse(text, exactNumber) : parse(text);

type Reviver = (this: unknown, key: string, value: unknown, context: { source?: string }) => unknown;

function parse(text: string, reviver?: Reviver): JsonValue {
  try {
    return JSON.parse(text, reviver as (key: string, value: unknown) => unknown) as JsonValue;
  } catch (error) {
    if (error instanceof SyntaxError) throw invalidJson(error.message);
    if (error instanceof RangeError) throw invalidJson(`It is nested deeper than ${MAX_DEPTH} levels.`);
    throw error;
  }
}

function exactNumber(_key: string, value: unknown, context: { source?: string }): unknown {
  if (typeof value !== "number") return value;
  if (!Number.isFinite(value)) throw invalidJson(`The number ${context.source} is out of range.`);
  if (
    Number.isSafeInteger(value) ||
    !context.source ||
    !/^-?\d+$/.test(context.source) ||
    String(value) === context.source
  )
    return value;
  const exact = BigInt(context.source);
  if (exact > MAX_INT64 || exact < MIN_INT64)
    throw invalidJson(`The integer ${context.source} exceeds 64 bits.`);
  return rawNumber(context.source);
}

/** Counts brackets outside strings; runs only over texts that could hold so many. */
function isTooDeep(text: string): boolean {
  if (text.length < 2 * MAX_DEPTH) return false;
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x22) i = endOfString(text, i);
    else if (code === 0x7b || code === 0x5b) {
      if (++depth > MAX_DEPTH) return true;
    } else if (code === 0x7d || code === 0x5d) depth--;
  }
  return false;
}

/** The index of the closing quote of the string that opens at `start`; the text is known to be valid JSON. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); ; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === 0x5c) slashes++;
    if (slashes % 2 === 0) return end;
  }
}
