// The past changes of a thing as server-sent events (basic-history page); they come to an end.

import { TwinError } from "../../base/errors.ts";
import { namespaceOf } from "../../base/ids.ts";
import { readInstantAfter, readInstantBefore } from "../../base/instant.ts";
import { internalError } from "../../base/internal-error.ts";
import { invalidJson } from "../../base/json/errors.ts";
import { accessibleNamespaces } from "../../conversation/access.ts";
import type { OpenPast, PastEvent, PastEvents, PastRange } from "../../dispatch/history/past-events.ts";
import { selectionOf } from "../../pubsub/select.ts";
import { thingIdInvalid } from "../../things/errors.ts";
import { eventText } from "../sse/event.ts";
import { type EventBytes, eventBytes } from "../sse/event-bytes.ts";
import { type Shown, shownOf } from "../sse/projection.ts";
import type { PushedStream, PushedStreams } from "../sse/pushed.ts";
import type { HttpRequest } from "./entity-requests.ts";
import { type EventTarget, listenerOf, parameterOf } from "./thing-events.ts";
import type { Target } from "./uri.ts";

export interface HistoryEventParts {
  readonly openPast: OpenPast;
  readonly pushed: PushedStreams;
}

/**
 * The range that a query asks for, by revisions before timestamps; `undefined` where it asks for no past. Refuses what is no
 * number or no instant with `json.invalid`, wherever it stands.
 */
export function historyRangeOf(target: Target): PastRange | undefined {
  const fromRevision = revisionOf(target, "from-historical-revision");
  const toRevision = revisionOf(target, "to-historical-revision");
  const fromTimestamp = timestampOf(target, "from-historical-timestamp", readInstantAfter);
  const toTimestamp = timestampOf(target, "to-historical-timestamp", readInstantBefore);
  if (fromRevision !== undefined) return { fromRevision, ...(toRevision !== undefined && { toRevision }) };
  if (fromTimestamp !== undefined)
    return { fromTimestamp, ...(toTimestamp !== undefined && { toTimestamp }) };
  return undefined;
}

function revisionOf(target: Target, name: string): number | undefined {
  const text = parameterOf(target, name);
  if (text === undefined) return undefined;
  if (!/^[+-]?\d{1,19}$/.test(text)) throw invalidJson(`'${name}' is a whole number.`);
  return Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number(text), Number.MAX_SAFE_INTEGER));
}

function timestampOf(
  target: Target,
  name: string,
  read: (text: string) => number | undefined,
): number | undefined {
  const text = parameterOf(target, name);
  if (text === undefined) return undefined;
  const instant = read(text);
  if (instant === undefined)
    throw invalidJson(`'${name}' is an instant of ISO 8601, as 2022-10-24T03:11:15Z.`);
  return instant;
}

/** How many past events are held at once. */
const PAGE = 50;

/** Streams what is kept of the changes of one thing. What refuses its past is the only event of the stream. */
export function historyEvents(
  { openPast, pushed }: HistoryEventParts,
  request: HttpRequest,
  target: EventTarget,
  range: PastRange,
): Response {
  const id = target.ids?.[0];
  if (id === undefined) throw thingIdInvalid("");
  const filter = parameterOf(request.target, "filter");
  selectionOf({ filter }); // refuses what is none before the stream opens
  const asked = { ...range, path: target.path, ...(filter !== undefined && { filter }) };
  const isAccessible = accessibleNamespaces(request.reach)(namespaceOf(id));
  const listener = listenerOf(request);
  return pushed.open(listener, (stream) => {
    const opened = isAccessible
      ? openPast("thing", id, asked, request.auth, request.headers)
      : Promise.resolve(undefined);
    void tell(stream, opened, target, listener.onFault);
    return () => void opened.then((past) => past?.cancel()).catch(() => undefined); // who tells has told why
  });
}

/** The text of a past event, `undefined` where it shows nothing. */
function textOf({ event, historicalHeaders }: PastEvent, shown: Shown): EventBytes | undefined {
  const value = shownOf(shown, event, event.value, undefined, historicalHeaders);
  return value === undefined ? undefined : eventBytes(eventText(JSON.stringify(value)));
}

async function tell(
  stream: PushedStream,
  opened: Promise<PastEvents | undefined>,
  shown: Shown,
  onFault: (error: unknown) => void,
): Promise<void> {
  try {
    const past = await opened;
    for (let page = await past?.next(PAGE); page && !stream.isOver; page = await past?.next(PAGE)) {
      for (const event of page) {
        const text = textOf(event, shown);
        if (text) stream.send(text);
        await stream.drained();
      }
    }
    stream.end();
  } catch (error) {
    if (!(error instanceof TwinError)) onFault(error);
    stream.end(error instanceof TwinError ? error : internalError());
  }
}
