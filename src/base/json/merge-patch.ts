import { getKey, isObject, type JsonObject, type JsonValue, putKey } from "./json.ts";
import { getAt, type Path, removeAt, setAt } from "./pointer.ts";

/** The result of a JSON merge patch (RFC 7396): `null` members delete, objects merge, all else replaces. */
export function mergePatch(target: JsonValue | undefined, patch: JsonValue): JsonValue {
  if (!isObject(patch)) return patch;
  const result: { [key: string]: JsonValue } = isObject(target) ? { ...target } : {};
  for (const key of Object.keys(patch)) {
    const member = patch[key] as JsonValue;
    if (member === null) delete result[key];
    else putKey(result, key, mergePatch(isObject(target) ? getKey(target, key) : undefined, member));
  }
  return result;
}

/** Merges a patch at a path; `null` there deletes what it points to. */
export function mergeAt(root: JsonObject, path: Path, patch: JsonValue): JsonObject {
  if (path.length === 0) return mergePatch(root, patch) as JsonObject;
  if (patch === null) return removeAt(root, path);
  return setAt(root, path, mergePatch(getAt(root, path), patch)) as JsonObject;
}
