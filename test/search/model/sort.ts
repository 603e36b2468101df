// The one order in which a search gives what it finds.

import { getKey, isArray, isObject, type JsonObject, type JsonValue } from "../../../src/base/json/json.ts";
import { canRead, type Rule } from "./access.ts";
import { readProperty } from "./property.ts";
import { compareAlike, rankOf } from "./values.ts";

/** Only so many characters of a text count. */
const SORTED_CHARACTERS = 256;

export interface Sorting {
  readonly property: string;
  readonly descending: boolean;
}

/** A thing, as `documentOf` makes it, and what its policy says. */
export interface Sorted {
  readonly document: JsonObject;
  readonly rules: readonly Rule[];
}

/** The order in which somebody sees two things: by each key in turn, at last by `thingId`. */
export function compareForSort(
  a: Sorted,
  b: Sorted,
  keys: readonly Sorting[],
  subjects: readonly string[],
): number {
  for (const { property, descending } of [...keys, { property: "thingId", descending: false }]) {
    const order = compareValues(sortValue(a, property, subjects), sortValue(b, property, subjects));
    if (order !== 0) return descending ? -order : order;
  }
  return 0;
}

/** What is missing, or may not be read, counts as null. */
function sortValue({ document, rules }: Sorted, property: string, subjects: readonly string[]): JsonValue {
  const { path, isPublic } = readProperty(property);
  if (!isPublic && !canRead(rules, subjects, path)) return null;
  let here: JsonValue | undefined = document;
  for (const key of path) here = memberOf(here, key);
  return here ?? null;
}

/** A number names an element of an array, as in MongoDB. */
function memberOf(value: JsonValue | undefined, key: string): JsonValue | undefined {
  if (isArray(value)) return /^\d+$/.test(key) ? value[Number(key)] : undefined;
  return isObject(value) ? getKey(value, key) : undefined;
}

function compareValues(a: JsonValue, b: JsonValue): number {
  const ranks = rankOf(a) - rankOf(b);
  if (ranks !== 0) return ranks;
  return a === null || isArray(a) || isObject(a) ? 0 : compareAlike(shortened(a), shortened(b));
}

const shortened = (value: JsonValue): JsonValue =>
  typeof value === "string" ? [...value].slice(0, SORTED_CHARACTERS).join("") : value;
