// What of a signal those with certain rights may see.

import { isObject, type JsonValue } from "../base/json/json.ts";
import type { Access } from "../policies/enforcer.ts";
import type { LiveEvent } from "../signals/live.ts";
import type { EntityEvent } from "../signals/signal.ts";
import { metadataField } from "../things/metadata/retrieve.ts";
import { isThingEvent } from "../things/thing-of-event.ts";
import { isMessage, resourcePathOf, resourceTypeOf, type Signal } from "./said.ts";

export interface Sight {
  /** The signal as far as it may be seen: itself where that is all of it. */
  readonly signal: Signal;
  /** The value as far as it may be seen, but for that of a message. */
  readonly value: JsonValue | undefined;
}

/**
 * The sight of a signal; `undefined` where nothing of it may be seen. Commands and messages are seen whole, or not at all;
 * events in part, or, without `partialEvents`, by those only who may read the whole thing.
 */
export function sightOf(signal: Signal, access: Access, partialEvents: boolean): Sight | undefined {
  if (isThingEvent(signal)) {
    const isSeen = partialEvents || access.hasUnrestricted("thing", [], "READ");
    return isSeen ? sightOfEvent(signal, access) : undefined;
  }
  // Whether READ is given at the very resource, wherever below it is revoked, is what a plain value there would tell.
  const isGiven = access.view(resourceTypeOf(signal), true, resourcePathOf(signal), "READ") !== undefined;
  return isGiven ? { signal, value: isMessage(signal) ? undefined : signal.value } : undefined;
}

function sightOfEvent(event: EntityEvent | LiveEvent, access: Access): Sight | undefined {
  const { id, action, path, value } = event;
  const sight = (seen: JsonValue | undefined) => ({ signal: eventWith(event, seen, access), value: seen });
  if (access.hasUnrestricted("thing", path, "READ")) return sight(value);
  if (!access.hasPartial("thing", path, "READ")) return undefined;
  if (value === undefined) return sight(value);
  const view = access.view("thing", value, path);
  if (view === value) return sight(value);
  if (view === undefined || (isObject(view) && Object.keys(view).length === 0)) return undefined;
  const isWholeThing = path.length === 0 && isObject(view) && action !== "merged";
  return sight(isWholeThing ? { thingId: id, ...view } : view);
}

/** Metadata is judged as a read of the thing judges it. */
function eventWith(
  event: EntityEvent | LiveEvent,
  value: JsonValue | undefined,
  access: Access,
): EntityEvent | LiveEvent {
  const seen = metadataField(event.metadata, (part, at) => access.view("thing", part, at));
  if (value === event.value && seen === event.metadata) return event;
  const { value: _, metadata: __, ...others } = event;
  return { ...others, ...(value !== undefined && { value }), ...(isObject(seen) && { metadata: seen }) };
}
