import { getKey, isObject, type JsonObject, type JsonValue, putKey } from "../../base/json/json.ts";
import { getAt, removeAt, setAt } from "../../base/json/pointer.ts";
import { type MatchingWork, matchingWork, withoutMatches } from "../../base/json/regex-merge.ts";
import type { Change } from "../../signals/signal.ts";

/**
 * Replays one recorded change on a thing's metadata: puts what the change carries, and deletes what lay at values that
 * it deletes (a replaced value keeps its metadata, as in Ditto). Never refuses; the same object when nothing changed.
 */
export function applyMetadata(before: JsonObject | undefined, change: Change): JsonObject | undefined {
  const { action, path } = change;
  const put = isObject(change.metadata) ? change.metadata : undefined;
  if (path.length === 0) {
    if (action === "deleted") return undefined;
    if (action === "created") return put;
  }
  if (put === undefined) return before && withoutDeleted(before, change);
  return withoutDeleted(setAt(before, path, put) as JsonObject, change);
}

function withoutDeleted(metadata: JsonObject, { action, path, value }: Change): JsonObject {
  switch (action) {
    case "deleted":
      return removeAt(metadata, path);
    case "merged":
      return withoutNulls(metadata, path, value);
    case "created":
    case "modified":
      return isEmpty(value) && !isEmpty(getAt(metadata, path))
        ? (setAt(metadata, path, {}) as JsonObject)
        : metadata;
  }
}

const isEmpty = (value: JsonValue | undefined): boolean => isObject(value) && Object.keys(value).length === 0;

function withoutNulls(metadata: JsonObject, path: Change["path"], patch: JsonValue | undefined): JsonObject {
  if (patch === null) return removeAt(metadata, path);
  const known = getAt(metadata, path);
  if (!isObject(known) || !isObject(patch)) return metadata;
  const left = leftBy(patch, known, matchingWork());
  return left === known ? metadata : (setAt(metadata, path, left) as JsonObject);
}

/**
 * The metadata without what lies where the patch has nulls; walks only where both have something. Patterns were bounded
 * by the keys of the thing when they were decided, and metadata may have others. So there is a bound here too; what
 * matches beyond it stays, as metadata of what is not there.
 */
function leftBy(patch: JsonObject, known: JsonObject, work: MatchingWork): JsonObject {
  const kept = withoutMatches(known, patch, work);
  let left: { [key: string]: JsonValue } | undefined = kept === known ? undefined : { ...kept };
  for (const key of Object.keys(patch)) {
    const part = getKey(kept, key);
    if (part === undefined) continue;
    const member = patch[key] as JsonValue;
    if (member === null) {
      left ??= { ...known };
      delete left[key];
    } else if (isObject(member) && isObject(part)) {
      const partLeft = leftBy(member, part, work);
      if (partLeft === part) continue;
      left ??= { ...known };
      putKey(left, key, partLeft);
    }
  }
  return left ?? known;
}
