// The JSON in which a predictor is stored and told: as it was given, with its pointers spelled in one way.

import { isArray, isObject, type JsonObject, type JsonValue, putKey } from "../base/json/json.ts";
import type { Path } from "../base/json/pointer.ts";

/** Where pointers stand; `*` is each element of an array, or each member of an object. */
const pointers: readonly Path[] = [
  ["trigger", "paths", "*"],
  ["inputs", "*", "path"],
  ["model", "response"],
  ["shadow", "*", "response"],
  ["canary", "model", "response"],
  ["output", "properties", "*"],
  ["output", "desiredProperties", "*"],
  ["output", "message", "when", "output"],
  ["output", "confidence"],
  ["output", "attributions"],
  ["monitoring", "truth", "path"],
  ["monitoring", "truth", "output"],
  ["monitoring", "groups"],
];
/** Where the names of members are pointers. */
const pointerKeys: readonly Path[] = [
  ["output", "properties"],
  ["output", "desiredProperties"],
];

/**
 * The stored form of a predictor that can be read: its ID and status first, everything else as it was given, but for a slash before a
 * pointer, which is left out. Normal forms stay as they are.
 */
export function normalPredictor(id: string, json: JsonObject): JsonObject {
  const { id: _, status = "active", ...rest } = json;
  const whole: JsonObject = { id, status, ...rest };
  const spelled = pointers.reduce<JsonValue>((form, place) => changeAt(form, place, withoutSlash), whole);
  return pointerKeys.reduce<JsonValue>(
    (form, place) => changeAt(form, place, withPlainKeys),
    spelled,
  ) as JsonObject;
}

const withoutSlash = (value: JsonValue): JsonValue =>
  typeof value === "string" && value.startsWith("/") ? value.slice(1) : value;

function withPlainKeys(value: JsonValue): JsonValue {
  if (!isObject(value)) return value;
  return mapMembers(
    value,
    (member) => member,
    (key) => withoutSlash(key) as string,
  );
}

/** A copy in which what stands at a place is changed; what is not there stays away. */
function changeAt(
  value: JsonValue,
  [key, ...inner]: Path,
  change: (value: JsonValue) => JsonValue,
): JsonValue {
  if (key === undefined) return change(value);
  const changed = (member: JsonValue): JsonValue => changeAt(member, inner, change);
  if (isArray(value)) return key === "*" ? value.map(changed) : value;
  if (!isObject(value)) return value;
  return mapMembers(value, (member, name) => (key === "*" || key === name ? changed(member) : member));
}

function mapMembers(
  object: JsonObject,
  change: (member: JsonValue, key: string) => JsonValue,
  rename: (key: string) => string = (key) => key,
): JsonObject {
  const copy: { [key: string]: JsonValue } = {};
  for (const [key, member] of Object.entries(object)) putKey(copy, rename(key), change(member, key));
  return copy;
}
