// RFC 6902 as plainly as possible: each operation on a copy of everything.

import { equals, getKey, isArray, isObject, type JsonValue, putKey } from "../../../src/base/json/json.ts";
import type { Operation } from "../../../src/base/json/json-patch.ts";
import type { Path } from "../../../src/base/json/pointer.ts";

/** The patched value, or `undefined` where an operation cannot be done or a test fails. */
export function plainlyPatched(value: JsonValue, patch: readonly Operation[]): JsonValue | undefined {
  let here: JsonValue | undefined = value;
  for (const operation of patch) {
    here = patched(here, operation);
    if (here === undefined) return undefined;
  }
  return here;
}

function patched(value: JsonValue, operation: Operation): JsonValue | undefined {
  const { path } = operation;
  switch (operation.op) {
    case "add":
      return added(value, path, operation.value);
    case "replace":
      if (at(value, path) === undefined) return undefined;
      if (path.length === 0) return operation.value;
      return changed(value, path, (list, index) => list.with(index, operation.value), operation.value);
    case "remove":
      return removed(value, path);
    case "test": {
      const found = at(value, path);
      return found !== undefined && equals(found, operation.value) ? value : undefined;
    }
    case "copy": {
      const found = at(value, operation.from);
      return found === undefined ? undefined : added(value, path, found);
    }
    case "move": {
      const found = at(value, operation.from);
      if (found === undefined) return undefined;
      const isInside = operation.from.every((key, i) => key === path[i]);
      if (isInside) return operation.from.length === path.length ? value : undefined;
      const without = removed(value, operation.from);
      return without === undefined ? undefined : added(without, path, found);
    }
  }
}

const indexIn = (list: readonly JsonValue[], key: string): number =>
  list.findIndex((_, index) => String(index) === key);

function at(value: JsonValue, [key, ...rest]: Path): JsonValue | undefined {
  if (key === undefined) return value;
  const child = isArray(value)
    ? value[indexIn(value, key)]
    : isObject(value)
      ? getKey(value, key)
      : undefined;
  return child === undefined ? undefined : at(child, rest);
}

const added = (value: JsonValue, path: Path, what: JsonValue): JsonValue | undefined =>
  path.length === 0
    ? what
    : changed(value, path, (list, index) => list.toSpliced(index, 0, what), what, true);

const removed = (value: JsonValue, path: Path): JsonValue | undefined =>
  path.length === 0 || at(value, path) === undefined
    ? undefined
    : changed(value, path, (list, index) => list.toSpliced(index, 1), undefined);

/** A copy with the array or object that the last key is of changed; a member that becomes `undefined` is left out. */
function changed(
  value: JsonValue,
  [key = "", ...rest]: Path,
  inList: (list: readonly JsonValue[], index: number) => readonly JsonValue[],
  member: JsonValue | undefined,
  mayAppend = false,
): JsonValue | undefined {
  if (isArray(value)) {
    const isEnd = mayAppend && rest.length === 0 && (key === "-" || key === String(value.length));
    const index = isEnd ? value.length : indexIn(value, key);
    if (index < 0) return undefined;
    if (rest.length === 0) return inList(value, index);
    const child = changed(value[index] as JsonValue, rest, inList, member, mayAppend);
    return child === undefined ? undefined : value.with(index, child);
  }
  if (!isObject(value)) return undefined;
  const below = rest.length === 0 ? member : inMember(value, key, rest, inList, member, mayAppend);
  if (rest.length > 0 && below === undefined) return undefined;
  const copy: { [name: string]: JsonValue } = {};
  for (const name of Object.keys(value)) if (name !== key) putKey(copy, name, value[name] as JsonValue);
  if (below !== undefined) putKey(copy, key, below);
  return copy;
}

function inMember(
  value: { readonly [name: string]: JsonValue },
  key: string,
  ...more: [
    Path,
    (list: readonly JsonValue[], index: number) => readonly JsonValue[],
    JsonValue | undefined,
    boolean,
  ]
): JsonValue | undefined {
  const child = getKey(value, key);
  return child === undefined ? undefined : changed(child, ...more);
}
