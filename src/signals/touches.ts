import { getKey, isObject, type JsonObject, type JsonValue } from "../base/json/json.ts";
import type { Path } from "../base/json/pointer.ts";
import { withoutMatches } from "../base/json/regex-merge.ts";
import type { Change } from "./signal.ts";

/**
 * Whether a change sets, changes or deletes what is at a path: one at, above or below it. A merge from above does where its
 * patch says something of the path or of what is above it, such as a null that deletes it, also by pattern; with what merely
 * lies beside the path it does not.
 */
export function touches({ action, path, value }: Change, at: Path): boolean {
  const common = Math.min(path.length, at.length);
  for (let i = 0; i < common; i++) if (path[i] !== at[i]) return false;
  return action !== "merged" || at.length <= path.length || reaches(value, at, path.length);
}

function reaches(patch: JsonValue | undefined, at: Path, from: number): boolean {
  let here = patch;
  for (let i = from; i < at.length; i++) {
    if (!isObject(here)) return here !== undefined;
    const key = at[i] as string;
    // Patterns delete first: what the patch says of the key then begins anew.
    if (isDeletedByPattern(here, key)) return true;
    const below = getKey(here, key);
    if (below === undefined) return false;
    here = below;
  }
  return true;
}

const isDeletedByPattern = (patch: JsonObject, key: string): boolean =>
  !Object.hasOwn(withoutMatches({ [key]: true }, patch), key);
