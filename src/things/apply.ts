import { isObject, type JsonObject, type JsonValue, putKey } from "../base/json/json.ts";
import { mergeAt } from "../base/json/merge-patch.ts";
import { getAt, type Path, removeAt, setAt } from "../base/json/pointer.ts";
import type { Change, EntityState } from "../signals/signal.ts";
import { featureNormalForm, normalForm } from "./model.ts";

/** Replays one recorded change of a thing. History is never judged again: this neither refuses nor throws. */
export function applyThing(
  state: EntityState | undefined,
  change: Change,
  revision: number,
  timestamp: number,
): EntityState {
  const created = state?.value === undefined ? timestamp : state.created;
  return { value: changed(state?.value, change), revision, created, modified: timestamp };
}

function changed(thing: JsonObject | undefined, change: Change): JsonObject | undefined {
  const { action, path, value } = change;
  switch (action) {
    case "created":
    case "modified":
      if (path.length === 0) return value as JsonObject;
      return tidy(setAt(thing ?? {}, path, value as JsonValue) as JsonObject, path);
    case "merged":
      return tidy(mergeAt(thing ?? {}, path, value as JsonValue), path);
    case "deleted":
      return path.length === 0 ? undefined : removeAt(thing ?? {}, path);
  }
}

/** Restores the normal form where a change at the path can have disturbed it; deeper down any JSON is in order. */
function tidy(thing: JsonObject, path: Path): JsonObject {
  if (path.length > 3 || (path.length === 3 && path[0] !== "features")) return thing;
  const ordered = path.length <= 2 ? normalForm(thing) : thing;
  const features = ordered.features;
  if (!isObject(features) || (path.length > 0 && path[0] !== "features")) return ordered;
  if (path.length >= 2) {
    const featurePath = path.slice(0, 2);
    const feature = getAt(ordered, featurePath);
    return feature === undefined
      ? ordered
      : (setAt(ordered, featurePath, featureNormalForm(feature)) as JsonObject);
  }
  const tidied: { [key: string]: JsonValue } = {};
  for (const id of Object.keys(features)) putKey(tidied, id, featureNormalForm(features[id] as JsonValue));
  return { ...ordered, features: tidied };
}
