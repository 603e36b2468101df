// Conditions on parts of a merge patch: the header `merge-thing-patch-conditions` (basic-conditional-requests page).

import { isObject, type JsonValue, putKey } from "./json.ts";
import { parseJson } from "./parse.ts";
import { getAt, type Path, readPath } from "./pointer.ts";

/** The part of a patch at a path, relative to the patch, is only merged where the RQL condition holds. */
export interface PatchCondition {
  readonly path: Path;
  readonly condition: string;
}

/** Reads the header, an object of conditions by JSON pointer or the text of one; `undefined` where it is malformed. */
export function readPatchConditions(header: JsonValue): readonly PatchCondition[] | undefined {
  const object = typeof header === "string" ? tryParse(header) : header;
  if (!isObject(object)) return undefined;
  const conditions: PatchCondition[] = [];
  for (const pointer of Object.keys(object)) {
    const path = readPath(pointer);
    const condition = object[pointer];
    if (pointer === "" || path.includes("") || typeof condition !== "string") return undefined;
    conditions.push({ path, condition });
  }
  return conditions;
}

function tryParse(text: string): JsonValue | undefined {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

/**
 * The patch without the parts whose conditions do not hold; objects that become empty stay. Only conditions on what the
 * patch says are asked for, and a patch that is no object has no parts.
 */
export function filterPatch(
  patch: JsonValue,
  conditions: readonly PatchCondition[],
  holds: (condition: string) => boolean,
): JsonValue {
  if (!isObject(patch)) return patch;
  const dropped: Dropped = { all: false, below: new Map() };
  for (const { path, condition } of conditions) {
    if (getAt(patch, path) !== undefined && !holds(condition)) drop(dropped, path);
  }
  return without(patch, dropped) ?? {};
}

/** What is to be dropped of an object: all of it, or something below its members. */
interface Dropped {
  all: boolean;
  readonly below: Map<string, Dropped>;
}

function drop(root: Dropped, path: Path): void {
  let here = root;
  for (const key of path) {
    let next = here.below.get(key);
    if (!next) {
      next = { all: false, below: new Map() };
      here.below.set(key, next);
    }
    here = next;
  }
  here.all = true;
}

/** One walk for all that is dropped, so that many conditions copy an object once. */
function without(value: JsonValue, dropped: Dropped | undefined): JsonValue | undefined {
  if (!dropped || (!dropped.all && dropped.below.size === 0)) return value;
  if (dropped.all) return undefined;
  if (!isObject(value)) return value;
  const kept: { [key: string]: JsonValue } = {};
  for (const key of Object.keys(value)) {
    const member = without(value[key] as JsonValue, dropped.below.get(key));
    if (member !== undefined) putKey(kept, key, member);
  }
  return kept;
}
