// How the index compares values, said as plainly as possible: by type first, numbers by what their text says, texts by
// code point.

import { isArray, isObject, isRawNumber, type JsonValue, putKey } from "../../../src/base/json/json.ts";

/** The types of JSON in the order in which a search sorts them. */
const TYPES = ["null", "number", "string", "object", "array", "boolean"] as const;
export type JsonType = (typeof TYPES)[number];

export function typeOf(value: JsonValue): JsonType {
  if (value === null) return "null";
  if (isArray(value)) return "array";
  if (isRawNumber(value)) return "number";
  return typeof value as JsonType;
}

export const rankOf = (value: JsonValue): number => TYPES.indexOf(typeOf(value));

/** Which of two numbers, two texts or two booleans is the larger one: below, at or above zero. */
export function compareAlike(a: JsonValue, b: JsonValue): number {
  if (typeof a === "string" && typeof b === "string") return Buffer.compare(Buffer.from(a), Buffer.from(b));
  if (typeof a === "boolean" && typeof b === "boolean") return Number(a) - Number(b);
  return compareNumbers(a, b);
}

/** Both as whole numbers of the same tiny unit. */
function compareNumbers(a: JsonValue, b: JsonValue): number {
  const [left, right] = [readNumber(a), readNumber(b)];
  const unit = Math.min(left.exponent, right.exponent);
  const scaled = ({ digits, exponent }: Scientific) => digits * 10n ** BigInt(exponent - unit);
  const difference = scaled(left) - scaled(right);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

interface Scientific {
  readonly digits: bigint;
  readonly exponent: number;
}

function readNumber(value: JsonValue): Scientific {
  const [mantissa = "", exponent = "0"] = JSON.stringify(value).split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  return { digits: BigInt(whole + fraction), exponent: Number(exponent) - fraction.length };
}

/** A text as the index holds it, which has neither U+0000 nor halves of surrogate pairs. */
export const storable = (text: string): string => text.toWellFormed().replaceAll("\0", "\ufffd");

/** A value as the index holds it. */
export function storableJson(value: JsonValue): JsonValue {
  if (typeof value === "string") return storable(value);
  if (isArray(value)) return value.map(storableJson);
  if (!isObject(value)) return value;
  const copy: { [key: string]: JsonValue } = {};
  for (const [key, member] of Object.entries(value)) putKey(copy, storable(key), storableJson(member));
  return copy;
}
