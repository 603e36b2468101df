// Reading metadata: as the special field `_metadata`, and in the response header `ditto-metadata`.

import { isObject, type JsonObject, type JsonValue } from "../../base/json/json.ts";
import { getAt, type Path } from "../../base/json/pointer.ts";
import { isAll } from "./decide.ts";
import { draftOf } from "./draft.ts";
import { resolveKeys } from "./wildcards.ts";

/** The readable part of a value that lies at a path of the thing; `undefined` when that is nothing. */
export type View = (value: JsonValue, path: Path) => JsonValue | undefined;

/** The readable part of the field `_metadata`, which is judged as a resource of that name, as in Ditto. */
export const metadataField = (metadata: JsonObject | undefined, view: View): JsonValue | undefined =>
  metadata && view(metadata, ["_metadata"]);

/**
 * The answer to `get-metadata` on a resource, relative to it; empty when there is nothing. Metadata is told to those who
 * may read what it is about (Ditto tells it to whoever may read the resource in part). Refuses a wildcard out of place
 * with `header.invalid`.
 */
export function retrieveMetadata(
  thing: JsonObject,
  metadata: JsonObject | undefined,
  path: Path,
  keys: readonly Path[],
  view: View,
): JsonObject {
  const resolved = resolveKeys("get-metadata", keys, (key) => key, path, thing);
  const known = getAt(metadata, path);
  const readable = isObject(known) ? view(known, path) : undefined;
  if (!isObject(readable)) return {};
  if (isAll(keys)) return readable;
  const draft = draftOf({});
  for (const [, key] of resolved) {
    const value = getAt(readable, key);
    if (value !== undefined) draft.put(key, value);
  }
  return draft.value;
}
