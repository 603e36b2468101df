// `/api/2/things/**` of clients that accept server-sent events (httpapi-sse page): changes, history, messages.

import type { HttpRequest } from "./entity-requests.ts";
import { type HistoryEventParts, historyEvents, historyRangeOf } from "./history-events.ts";
import { messageEvents } from "./message-events.ts";
import { boxPathOf } from "./message-path.ts";
import { eventTargetOf, type ThingEventParts, thingEvents } from "./thing-events.ts";

/** What streams of events are made with. */
export interface EventParts extends ThingEventParts, HistoryEventParts {
  /** Path of the collection, `/api/2/things`. */
  readonly base: string;
}

/** Answers with a stream of what happens to things, or has happened. */
export async function eventRequest(parts: EventParts, request: HttpRequest): Promise<Response> {
  const box = boxPathOf(parts.base, request.target.path);
  if (box?.rest === "/messages" || box?.rest.startsWith("/messages/"))
    return messageEvents(parts, request, box);
  const target = eventTargetOf(parts.base, request.target);
  const range = historyRangeOf(request.target);
  return range ? historyEvents(parts, request, target, range) : thingEvents(parts, request, target);
}
