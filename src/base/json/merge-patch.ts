import { getKey, isObject, type JsonObject, type JsonValue, putKey } from "./json.ts";
import { getAt, type Path, removeAt, setAt } from "./pointer.ts";
import { withoutMatches } from "./regex-merge.ts";

/**
 * The result of a JSON merge patch (RFC 7396): `null` members delete, objects merge, all else replaces. A null under a
 * pattern deletes every member that it matches before anything else is merged, so what the patch sets there is new.
 */
export function mergePatch(target: JsonValue | undefined, patch: JsonValue): JsonValue {
  if (!isObject(patch)) return patch;
  const level = isObject(target) ? withoutMatches(target, patch) : {};
  const result: { [key: string]: JsonValue } = { ...level };
  for (const key of Object.keys(patch)) {
    const member = patch[key] as JsonValue;
    if (member === null) delete result[key];
    else putKey(result, key, mergePatch(getKey(level, key), member));
  }
  return result;
}

/** Merges a patch at a path; `null` there deletes what it points to. */
export function mergeAt(root: JsonObject, path: Path, patch: JsonValue): JsonObject {
  if (path.length === 0) return mergePatch(root, patch) as JsonObject;
  if (patch === null) return removeAt(root, path);
  return setAt(root, path, mergePatch(getAt(root, path), patch)) as JsonObject;
}
