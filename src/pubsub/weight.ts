// About how many characters a value is, so far as somebody wants to know.

import {
  getKey,
  isArray,
  isObject,
  type JsonArray,
  type JsonObject,
  type JsonValue,
} from "../base/json/json.ts";

/** What any value weighs. */
const VALUE = 10;
/** Of objects and arrays with so many members it is remembered: to list their keys takes longer than to look it up. */
const MANY = 50;

interface Weight {
  readonly weight: number;
  /** Whether it is that of the whole value, not only of some of it that was too much already. */
  readonly isAll: boolean;
}

const remembered = new WeakMap<JsonObject | JsonArray, Weight>();

/** The weight of a value if that is not over `most`; else what of it is. */
export function weightOf(value: JsonValue, most: number): number {
  if (typeof value === "string") return VALUE + value.length;
  if (!isObject(value) && !isArray(value)) return VALUE;
  const known = remembered.get(value);
  if (known && (known.isAll || known.weight > most)) return known.weight;
  const members = isArray(value) ? value : Object.keys(value);
  const weight = isArray(value) ? ofArray(value, most) : ofObject(value, members as readonly string[], most);
  if (members.length > MANY) remembered.set(value, { weight, isAll: weight <= most });
  return weight;
}

function ofArray(array: JsonArray, most: number): number {
  let weight = VALUE;
  for (const element of array) {
    if (weight > most) return weight;
    weight += weightOf(element, most - weight);
  }
  return weight;
}

function ofObject(object: JsonObject, keys: readonly string[], most: number): number {
  let weight = VALUE;
  for (const key of keys) {
    if (weight > most) return weight;
    weight += key.length + weightOf(getKey(object, key) as JsonValue, most - weight);
  }
  return weight;
}
