// What a stream of changes shows of an event: a part of what the event says of its thing (httpapi-sse page).

import { selectFields } from "../../base/json/fields.ts";
import { type JsonObject, type JsonValue, putKey } from "../../base/json/json.ts";
import { getAt, type Path, printPath } from "../../base/json/pointer.ts";
import { recent } from "../../base/recent.ts";
import { printEvent } from "../../protocol/envelope.ts";
import { printTopic } from "../../protocol/topic.ts";
import type { Delivery } from "../../pubsub/delivery.ts";
import type { DittoHeaders, EntityEvent } from "../../signals/signal.ts";
import { specialField, thingOf } from "../../things/thing-of-event.ts";
import { eventText } from "./event.ts";
import { type EventBytes, eventBytes } from "./event-bytes.ts";

/** What a stream shows: the resource at the path, or else the fields, or else the thing without special fields. */
export interface Shown {
  readonly path: Path;
  readonly fields?: readonly Path[] | undefined;
}

export interface Projection {
  /** An event of a thing as a server-sent one, `undefined` where nothing is to be shown. */
  textOf(delivery: Delivery & { readonly signal: EntityEvent }): EventBytes | undefined;
}

/** Characters of what the projections show that are kept for streams to share. */
const MAX_REMEMBERED = 200_000;
const known = recent<Projection>(MAX_REMEMBERED);

/** Makes a projection. Streams that show the same share it, and with it the text of each event. */
export function projectionOf(shown: Shown): Projection {
  const key = JSON.stringify([shown.path, shown.fields]);
  return known.get(key) ?? known.put(key, newProjection(shown), key.length);
}

function newProjection(shown: Shown): Projection {
  const texts = new WeakMap<Delivery, EventBytes | "nothing">();
  return {
    textOf(delivery) {
      let text = texts.get(delivery);
      if (text === undefined) {
        const { signal, value: seen, extra, failure } = delivery;
        const value = failure ?? shownOf(shown, signal, seen, extra);
        text = value === undefined ? "nothing" : eventBytes(eventText(JSON.stringify(value)));
        texts.set(delivery, text);
      }
      return text === "nothing" ? undefined : text;
    },
  };
}

/**
 * What is shown of an event, of which `value` may be seen, and beside it `extra`; `undefined` where that is nothing. What the
 * journal kept of the headers of a past event is told with its context.
 */
export function shownOf(
  { path, fields }: Shown,
  event: EntityEvent,
  value: JsonValue | undefined,
  extra: JsonObject | undefined,
  historicalHeaders?: DittoHeaders,
): JsonValue | undefined {
  const thing = thingOf(event, value, extra);
  const selection = path.length > 0 ? [path] : fields;
  if (!selection) return thing;
  const selected = selectFields(withSpecial(thing, event, extra, selection), selection);
  // As in Ditto, the context does not show an event of which nothing else that is asked for is to be shown.
  if (Object.keys(selected).length === 0 && !selection.every(isOfContext)) return undefined;
  if (path.length > 0) return getAt(selected, path);
  if (!selection.some(isOfContext)) return selected;
  const context = contextOf(event, value, historicalHeaders);
  return selectFields({ ...selected, [CONTEXT]: context }, selection);
}

const CONTEXT = "_context";
const isOfContext = ([first]: Path): boolean => first === CONTEXT;

/** A thing with those of its special fields that are selected. */
function withSpecial(
  thing: JsonObject,
  event: EntityEvent,
  extra: JsonObject | undefined,
  selection: readonly Path[],
): JsonObject {
  const special: { [key: string]: JsonValue } = {};
  for (const [first = ""] of selection) {
    const value = first.startsWith("_") ? specialField(event, extra, first) : undefined;
    if (value !== undefined) putKey(special, first, value);
  }
  return { ...special, ...thing };
}

/** The event in the words of the Ditto Protocol; its headers are text here. */
function contextOf(
  event: EntityEvent,
  value: JsonValue | undefined,
  historical: DittoHeaders | undefined,
): JsonObject {
  const headers: { [name: string]: JsonValue } = {};
  const { headers: printed } = JSON.parse(printEvent(event, undefined)) as { headers: JsonObject };
  for (const name of Object.keys(printed)) putKey(headers, name, textOfHeader(printed[name] as JsonValue));
  if (historical && Object.keys(historical).length > 0)
    headers["historical-headers"] = JSON.stringify(historical);
  return {
    topic: printTopic(event.kind, event.id, "events", event.action),
    path: printPath(event.path),
    value: value ?? null,
    headers,
  };
}

const textOfHeader = (value: JsonValue): string =>
  typeof value === "string" ? value : JSON.stringify(value);
