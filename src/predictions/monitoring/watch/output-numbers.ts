// The numbers among what a model says.

import { getKey, isArray, isObject, isRawNumber, type JsonValue } from "../../../base/json/json.ts";
import type { OutputRef } from "../../model.ts";
import type { Outputs } from "../../models/scoring.ts";

/** So deep numbers are looked for. */
const DEPTH = 3;

/** What a reference names; `undefined` where there is nothing. */
export function outputAt(outputs: Outputs, ref: OutputRef): JsonValue | undefined {
  let here: JsonValue | undefined = outputs;
  for (const key of ref) {
    if (isArray(here)) here = here[Number(key)];
    else if (isObject(here)) here = getKey(here, key);
    else return undefined;
  }
  return here;
}

/** A value as a number: booleans are 0 and 1, what is neither is not-a-number. */
export function numberOf(value: JsonValue | undefined): number {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  return isRawNumber(value) ? Number(value.rawJSON) : Number.NaN;
}

/** References to the numbers and booleans, `most` of them at most, leaving out what is at one of them. */
export function numericRefs(outputs: Outputs, most: number, except?: OutputRef): readonly OutputRef[] {
  const refs: OutputRef[] = [];
  function collect(value: JsonValue, ref: OutputRef): void {
    if (refs.length >= most || isSame(ref, except)) return;
    if (!Number.isNaN(numberOf(value))) refs.push(ref);
    else if (ref.length < DEPTH && (isArray(value) || isObject(value)))
      for (const key of keysOf(value, most)) collect((value as Outputs)[key] as JsonValue, [...ref, key]);
  }
  collect(outputs, []);
  return refs;
}

const isSame = (ref: OutputRef, other: OutputRef | undefined): boolean =>
  ref.length === other?.length && ref.every((key, i) => key === other[i]);

const keysOf = (value: JsonValue & object, most: number): readonly string[] =>
  isArray(value)
    ? Array.from({ length: Math.min(value.length, most) }, (_, i) => String(i))
    : Object.keys(value);
