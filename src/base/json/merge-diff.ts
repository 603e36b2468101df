// From two values to what a merge patch would have to say.

import { equals, getKey, isObject, type JsonObject, type JsonValue, putKey } from "./json.ts";
import { deletesByPattern, patternIn } from "./regex-merge.ts";

/** What makes one value of another: a merge patch, or the whole new value. */
export interface Difference {
  readonly action: "merge" | "modify";
  readonly value: JsonValue;
}

/**
 * A merge where a merge patch can say the difference. It cannot where a member becomes null, where a key to be removed
 * would be read as a pattern, and where one of the two is no object; an outcome that is no different has no patch.
 */
export function mergeOrModify(before: JsonValue, after: JsonValue): Difference {
  const patch = isObject(before) && isObject(after) ? patchBetween(before, after) : undefined;
  const isSaid = patch !== undefined && Object.keys(patch).length > 0;
  return isSaid ? { action: "merge", value: patch } : { action: "modify", value: after };
}

function patchBetween(before: JsonObject, after: JsonObject): JsonObject | undefined {
  const patch: { [key: string]: JsonValue } = {};
  for (const key of Object.keys(before)) {
    if (Object.hasOwn(after, key)) continue;
    if (patternIn(key) !== undefined) return undefined;
    putKey(patch, key, null);
  }
  for (const key of Object.keys(after)) {
    const old = getKey(before, key);
    const value = after[key] as JsonValue;
    if (equals(old, value)) continue;
    const member = isObject(old) && isObject(value) ? patchBetween(old, value) : value;
    if (member === undefined || (member === value && holdsNull(value))) return undefined;
    putKey(patch, key, member);
  }
  return patch;
}

/** Whether a value is null or has a null member that a merge would take as a deletion; elements of arrays are safe. */
const holdsNull = (value: JsonValue): boolean =>
  value === null || (isObject(value) && Object.values(value).some(holdsNull));

/**
 * The part of a merge patch that changes something, or `undefined` where nothing does. Nulls for members that are not
 * there stay, as in Ditto; so does a whole level that deletes by pattern, since what it sets is set anew.
 */
export function minimizePatch(before: JsonValue | undefined, patch: JsonValue): JsonValue | undefined {
  // A null deletes even what is null already.
  if (patch === null) return null;
  if (!isObject(before) || !isObject(patch)) return equals(before, patch) ? undefined : patch;
  const keys = Object.keys(patch);
  if (keys.some((key) => deletesByPattern(key, patch[key] as JsonValue))) return patch;
  const left: { [key: string]: JsonValue } = {};
  for (const key of keys) {
    const member = minimizePatch(getKey(before, key), patch[key] as JsonValue);
    if (member !== undefined) putKey(left, key, member);
  }
  return Object.keys(left).length > 0 ? left : undefined;
}
