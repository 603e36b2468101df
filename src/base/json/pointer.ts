// JSON pointers as lists of decoded keys. State is immutable: a change copies only the objects along its path.

import { getKey, isObject, type JsonObject, type JsonValue, putKey } from "./json.ts";

/** Decoded keys from the root down; the empty list is the root. */
export type Path = readonly string[];

/** Prints a pointer with a leading slash and `~`, `/` escaped (RFC 6901); the root prints as `/`, as Ditto does. */
export function printPath(path: Path): string {
  if (path.length === 0) return "/";
  let text = "";
  for (const key of path) text += `/${key.includes("~") || key.includes("/") ? escapeKey(key) : key}`;
  return text;
}

const escapeKey = (key: string) => key.replaceAll("~", "~0").replaceAll("/", "~1");

/** Undoes RFC 6901's escapes in one key. */
export const unescapeKey = (key: string): string =>
  key.includes("~") ? key.replaceAll("~1", "/").replaceAll("~0", "~") : key;

/** Reads a pointer printed by {@link printPath}; empty keys are for the caller to judge. */
export function readPath(text: string): Path {
  const trimmed = text.startsWith("/") ? text.slice(1) : text;
  return trimmed === "" ? [] : trimmed.split("/").map(unescapeKey);
}

/** The value at a path, or `undefined` where there is none. Arrays have no children, as in Ditto. */
export function getAt(value: JsonValue | undefined, path: Path, from = 0): JsonValue | undefined {
  let here = value;
  for (let i = from; i < path.length; i++) {
    if (!isObject(here)) return undefined;
    here = getKey(here, path[i] as string);
  }
  return here;
}

/** A copy in which the path holds the value; objects that are missing on the way are made, other values replaced. */
export function setAt(root: JsonValue | undefined, path: Path, value: JsonValue, from = 0): JsonValue {
  if (from === path.length) return value;
  const key = path[from] as string;
  const base = isObject(root) ? root : {};
  const copy: { [key: string]: JsonValue } = { ...base };
  putKey(copy, key, setAt(getKey(base, key), path, value, from + 1));
  return copy;
}

/** A copy without the value at a non-empty path, or the same value where there was none. */
export function removeAt(root: JsonObject, path: Path, from = 0): JsonObject {
  const key = path[from] as string;
  const child = getKey(root, key);
  if (child === undefined) return root;
  if (from === path.length - 1) {
    const { [key]: _removed, ...rest } = root;
    return rest;
  }
  if (!isObject(child)) return root;
  const changed = removeAt(child, path, from + 1);
  if (changed === child) return root;
  const copy: { [key: string]: JsonValue } = { ...root };
  putKey(copy, key, changed);
  return copy;
}
