// An event as a predictor sees it, live or in the past, with all that it decides by.

import { getKey, isArray, isObject, type JsonObject, type JsonValue } from "../../base/json/json.ts";
import { getAt, type Path } from "../../base/json/pointer.ts";
import type { PastState } from "../../dispatch/history/past-states.ts";
import type { Delivery } from "../../pubsub/delivery.ts";
import type { Change, EntityEvent } from "../../signals/signal.ts";
import { touches } from "../../signals/touches.ts";
import type { Observation } from "../inputs/observation.ts";

export interface Seen extends Observation {
  /** The thing is no more; nothing is observed of it. */
  readonly isEnd: boolean;
  /** The thing was not there before. */
  readonly isBirth: boolean;
  readonly isTrigger: boolean;
  /** Whether the predictor is for the thing as it was after the event; of past events that is not asked. */
  readonly isBound: boolean;
  /** The predictors by which it came to this event, where one of them caused it. */
  readonly chain: ReadonlySet<string>;
  /** When it became known, as of `performance.now()`. */
  readonly receivedAt: number;
}

/** What of an event is looked at. */
export interface Looks {
  /** Of the predictor. */
  readonly id: string;
  isTrigger(change: Change): boolean;
}

const nobody: ReadonlySet<string> = new Set();

/** An event as it was delivered, with the thing as of exactly then among its extra fields. */
export function seenLive({ id, isTrigger }: Looks, delivery: Delivery, isBound: boolean): Seen {
  const event = delivery.signal as EntityEvent;
  const { extra } = delivery;
  const chain = chainOf(delivery.origin);
  return {
    ...observed(event, (path) => getAt(extra, path)),
    isEnd: false,
    isTrigger: !chain.has(id) && isTrigger(event),
    isBound,
    chain,
  };
}

/** An event of the past. The chain that led to it is told by its metadata, whoever may see that. */
export function seenPast({ id, isTrigger }: Looks, { event, valueAt, noted }: PastState): Seen {
  const chain = noted ? notedChain(noted) : nobody;
  return {
    ...observed(event, valueAt),
    isEnd: isEnd(event),
    isTrigger: !chain.has(id) && isTrigger(event),
    isBound: true,
    chain,
  };
}

/** Whether an event ends the life of a thing. */
export const isEnd = ({ action, path }: Change): boolean => action === "deleted" && path.length === 0;

const observed = (event: EntityEvent, valueAt: (path: Path) => JsonValue | undefined) => ({
  thingId: event.id,
  revision: event.revision,
  timestamp: event.timestamp,
  isBirth: event.action === "created" && event.path.length === 0,
  receivedAt: performance.now(),
  touches: (path: Path) => touches(event, path),
  valueAt,
});

const chainOf = (origin: object | undefined): ReadonlySet<string> =>
  origin && "predictors" in origin && origin.predictors instanceof Set ? origin.predictors : nobody;

/** Metadata that is looked through for a chain: that of a prediction has a note at each of few properties. */
const MAX_LOOKED_AT = 1_000;

/**
 * The chain that is noted at the values of an event. All notes of one prediction are equal; an event of a merge has older ones of other
 * predictors of the feature as well.
 */
function notedChain(metadata: JsonObject): ReadonlySet<string> {
  const left: JsonValue[] = [metadata];
  let newest: JsonObject | undefined;
  for (let count = 0; count < MAX_LOOKED_AT; count++) {
    const next = left.pop();
    if (next === undefined) break;
    if (!isObject(next)) continue;
    const note = getKey(next, "prediction");
    if (isObject(note) && (!newest || timeOf(note) > timeOf(newest))) newest = note;
    left.push(...Object.values(next));
  }
  return newest ? new Set(namedBy(newest)) : nobody;
}

/** As it was written, which sorts by itself. */
function timeOf(note: JsonObject): string {
  const time = getKey(note, "time");
  return typeof time === "string" ? time : "";
}

/** The predictors that a note names: the one that made the prediction alone where none has led to it. */
function namedBy(note: JsonObject): readonly string[] {
  const chain = getKey(note, "chain");
  const names = isArray(chain) ? chain : [getKey(note, "predictor")];
  return names.filter((id) => typeof id === "string");
}
