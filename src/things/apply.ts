import { isObject, type JsonObject, type JsonValue, putKey } from "../base/json/json.ts";
import { mergeAt } from "../base/json/merge-patch.ts";
import { getAt, type Path, removeAt, setAt } from "../base/json/pointer.ts";
import type { Change, EntityState } from "../signals/signal.ts";
import { applyMetadata } from "./metadata/apply.ts";
import { featureNormalForm, normalForm } from "./model.ts";

/** Replays one recorded change of a thing. History is never judged again: this neither refuses nor throws. */
export function applyThing(
  state: EntityState | undefined,
  change: Change,
  revision: number,
  timestamp: number,
): EntityState {
  const alive = state?.value === undefined ? undefined : state;
  const metadata = applyMetadata(alive?.metadata, change);
  return {
    value: changed(alive?.value, change),
    revision,
    created: alive ? alive.created : timestamp,
    modified: timestamp,
    ...(metadata && { metadata }),
  };
}

function changed(thing: JsonObject | undefined, change: Change): JsonObject | undefined {
  const { action, path, value } = change;
  const before = thing ?? {};
  switch (action) {
    case "created":
    case "modified":
      if (path.length === 0) return value as JsonObject;
      return tidy(before, setAt(before, path, value as JsonValue) as JsonObject, path);
    case "merged":
      return tidy(before, mergeAt(before, path, value as JsonValue), path);
    case "deleted":
      return path.length === 0 ? undefined : removeAt(before, path);
  }
}

/** Restores the normal form where a change at the path can have disturbed it: where a member was new or all were written. */
function tidy(before: JsonObject, after: JsonObject, path: Path): JsonObject {
  const [part, featureId] = path;
  const ordered = part === undefined || before[part] === undefined ? normalForm(after) : after;
  if (part !== undefined && part !== "features") return ordered;
  if (featureId === undefined) return withFeatures(ordered);
  const featurePath = path.slice(0, 2);
  const isOrdered = path.length > 2 && getAt(before, path.slice(0, 3)) !== undefined;
  const feature = getAt(ordered, featurePath);
  if (isOrdered || feature === undefined) return ordered;
  return setAt(ordered, featurePath, featureNormalForm(feature)) as JsonObject;
}

function withFeatures(thing: JsonObject): JsonObject {
  const { features } = thing;
  if (!isObject(features)) return thing;
  const tidied: { [key: string]: JsonValue } = {};
  for (const id of Object.keys(features)) putKey(tidied, id, featureNormalForm(features[id] as JsonValue));
  return { ...thing, features: tidied };
}
