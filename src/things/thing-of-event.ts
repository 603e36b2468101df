// The thing that a signal tells of, as far as it does (basic-changenotifications page): what filters look at, and what
// server-sent events show.

import { namespaceOf } from "../base/ids.ts";
import { getKey, isObject, type JsonObject, type JsonValue, putKey } from "../base/json/json.ts";
import { type Path, setAt } from "../base/json/pointer.ts";
import type { LiveEvent, LiveSignal } from "../signals/live.ts";
import type { EntityEvent, EventAction } from "../signals/signal.ts";
import { featureNormalForm, normalForm } from "./model.ts";

type ThingEvent = EntityEvent | LiveEvent;

const nothing: JsonObject = {};

/** Whether a signal tells what became of a thing. */
export const isThingEvent = (signal: EntityEvent | LiveSignal): signal is ThingEvent =>
  !("says" in signal) || signal.says === "live-event";

/**
 * The JSON of a thing that an event with this value tells, special fields included: its ID and what is at the event's path,
 * completed by extra fields. What is deleted leaves the ID alone, as do nulls of a merge; an event of a feature's
 * definition tells nothing of its own, as in Ditto.
 */
export function thingOfEvent(
  event: ThingEvent,
  value: JsonValue | undefined,
  extra?: JsonObject | undefined,
): JsonObject {
  const thing: { [key: string]: JsonValue } = {};
  for (const name of specialFields) {
    const field = specialField(event, extra, name);
    if (field !== undefined) thing[name] = field;
  }
  return { ...thing, ...thingOf(event, value, extra) };
}

const specialFields = ["_revision", "_modified", "_created", "_namespace", "_metadata"];

/**
 * The thing that a signal tells of with its extra fields, but for special ones; where both tell something, the signal is
 * right. Signals that are no events tell nothing of their own.
 */
export function thingOf(
  signal: EntityEvent | LiveSignal,
  value: JsonValue | undefined,
  extra: JsonObject | undefined,
): JsonObject {
  const told = isThingEvent(signal) ? toldBy(signal, value) : nothing;
  return extra ? normalForm(completed(told, extra)) : told;
}

function toldBy({ id, action, path }: ThingEvent, value: JsonValue | undefined): JsonObject {
  const base = { thingId: id };
  if (tellsNothing(action, path)) return nothing;
  if (action === "deleted" || value === undefined) return base;
  if (action === "merged") return merged(base, path, value);
  if (path.length > 0) return setAt(base, path, value) as JsonObject;
  return isObject(value) ? { ...base, ...value } : base;
}

/**
 * A special field, such as `_revision`, of the thing that a signal tells of. Where there are extra fields, the times and
 * the metadata are those that are among them, as in Ditto.
 */
export function specialField(
  signal: EntityEvent | LiveSignal,
  extra: JsonObject | undefined,
  name: string,
): JsonValue | undefined {
  const event = isThingEvent(signal) ? signal : undefined;
  if (name === "_namespace") return tellsId(event, extra) ? namespaceOf(signal.id) : undefined;
  if (name === "_revision" && event?.revision !== undefined) return event.revision;
  if (extra) return getKey(extra, name);
  return event && !tellsNothing(event.action, event.path) ? ownField(event, name) : undefined;
}

const tellsId = (event: ThingEvent | undefined, extra: JsonObject | undefined): boolean =>
  (event !== undefined && !tellsNothing(event.action, event.path)) || extra?.thingId !== undefined;

function ownField(event: ThingEvent, name: string): JsonValue | undefined {
  const isBirth = event.action === "created" && event.path.length === 0;
  if (name === "_modified" || (name === "_created" && isBirth)) return timeOf(event);
  return name === "_metadata" && isBirth ? event.metadata : undefined;
}

const timeOf = ({ timestamp }: ThingEvent): string | undefined =>
  typeof timestamp === "number" ? new Date(timestamp).toISOString() : timestamp;

/** Ditto makes no thing of the events of a feature's definition, unless it was merged. */
const tellsNothing = (action: EventAction, path: Path): boolean =>
  path.length === 3 && path[2] === "definition" && path[0] === "features" && action !== "merged";

function merged(base: JsonObject, path: Path, patch: JsonValue): JsonObject {
  const value = withoutNulls(patch);
  if (path.length === 0) return isObject(value) ? tidy({ ...base, ...value }) : base;
  return tidy(setAt(base, path, value) as JsonObject);
}

/** What a merge sets. A null that is all of it stands for an object, as in Ditto. */
function withoutNulls(value: JsonValue): JsonValue {
  if (value === null) return nothing;
  if (!isObject(value)) return value;
  const kept: { [key: string]: JsonValue } = {};
  for (const key of Object.keys(value)) {
    const member = value[key] as JsonValue;
    if (member !== null) putKey(kept, key, withoutNulls(member));
  }
  return kept;
}

function tidy(thing: JsonObject): JsonObject {
  const ordered = normalForm(thing);
  const { features } = ordered;
  if (!isObject(features)) return ordered;
  const tidied: { [key: string]: JsonValue } = {};
  for (const id of Object.keys(features)) putKey(tidied, id, featureNormalForm(features[id] as JsonValue));
  return { ...ordered, features: tidied };
}

/** An object with what only the other has; arrays are not looked into. */
function completed(first: JsonObject, other: JsonObject): JsonObject {
  const result: { [key: string]: JsonValue } = { ...first };
  for (const key of Object.keys(other)) {
    const own = getKey(first, key);
    const more = other[key] as JsonValue;
    if (own === undefined) putKey(result, key, more);
    else if (isObject(own) && isObject(more)) putKey(result, key, completed(own, more));
  }
  return result;
}
