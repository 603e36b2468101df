// Where in a thing an event changes something, as texts by which those are found who want to be told of just that: the first two keys
// of a path, with the namespace of the thing where only that is of interest.

import { namespaceOf } from "../base/ids.ts";
import { getKey, isObject, type JsonObject, type JsonValue } from "../base/json/json.ts";
import type { Path } from "../base/json/pointer.ts";
import type { EntityEvent } from "../signals/signal.ts";

/** Anywhere; the thing as a whole; and all that is below a first key. No key holds a slash. */
const ANYWHERE = "//";
const ROOT = "/";
const below = (first: string): string => `/${first}/`;

/** A merge that says something of more places is one of everything. */
const MOST = 50;
/** Keys of a merge that stand for others begin so. */
const PATTERN = "{{";

/** The places under which a wish to be told of changes at, above or below some paths is kept; in these namespaces, or in all. */
export function placesFor(
  paths: readonly Path[],
  namespaces: readonly string[] | undefined,
): readonly string[] {
  const places = new Set(paths.flatMap(placesAround));
  return namespaces
    ? namespaces.flatMap((namespace) => [...places].map((place) => namespace + place))
    : [...places];
}

function placesAround([first, second]: Path): readonly string[] {
  if (first === undefined) return [ANYWHERE];
  return second === undefined ? [ROOT, `/${first}`] : [ROOT, below(first), `/${first}/${second}`];
}

/** The places that an event is told at. It is for others than those that it touches, too: they look for themselves. */
export function placesOf(event: EntityEvent): readonly string[] {
  const places = [ANYWHERE, ...placesWithin(event)];
  const namespace = namespaceOf(event.id);
  return [...places, ...places.map((place) => namespace + place)];
}

function placesWithin({ path: [first, second], action, value }: EntityEvent): readonly string[] {
  if (first === undefined) return (action === "merged" && mergedRoot(value)) || [ROOT];
  if (second !== undefined) return [`/${first}`, `/${first}/${second}`];
  return (action === "merged" && mergedAt(first, value)) || [`/${first}`, below(first)];
}

/** Those of a merge of the thing; `undefined` where it says too much, or nothing for certain. */
function mergedRoot(value: JsonValue | undefined): readonly string[] | undefined {
  if (!isPlain(value)) return undefined;
  const places: string[] = [];
  for (const first of Object.keys(value)) {
    places.push(...(mergedAt(first, getKey(value, first)) ?? [`/${first}`, below(first)]));
    if (places.length > MOST) return undefined;
  }
  return places;
}

function mergedAt(first: string, value: JsonValue | undefined): readonly string[] | undefined {
  if (!isPlain(value)) return undefined;
  return [`/${first}`, ...Object.keys(value).map((second) => `/${first}/${second}`)];
}

const isPlain = (value: JsonValue | undefined): value is JsonObject => {
  if (!isObject(value)) return false;
  const keys = Object.keys(value);
  return keys.length <= MOST && !keys.some((key) => key.startsWith(PATTERN));
};
