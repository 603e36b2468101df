// `/api/2/search/things` as server-sent events: one for each thing that is found, without paging (httpapi-sse page).

import { isNamespacedId, namespaceOf } from "../../base/ids.ts";
import { parseFields } from "../../base/json/fields.ts";
import type { Path } from "../../base/json/pointer.ts";
import type { NamespaceAccess } from "../../conversation/namespace-access.ts";
import type { FoundThing, PageStream, Search } from "../../search/search.ts";
import { whenGone } from "../gone.ts";
import { headerText } from "../header-text.ts";
import { eventText } from "../sse/event.ts";
import { type Pace, paced } from "../sse/pace.ts";
import type { EventSource, EventStreams } from "../sse/streams.ts";
import type { HttpRequest } from "./entity-requests.ts";
import { namespacesOf } from "./search-parameters.ts";

/** What found things are streamed with. */
export interface SearchEventParts {
  readonly search: Search;
  readonly streams: EventStreams;
  /** The fastest that things are sent; absent: as fast as they are taken. */
  readonly pace?: Pace | undefined;
}

/**
 * Answers with a stream of all things that are found, behind the one that `Last-Event-ID` names. The stream opens with the
 * first page; what goes wrong before is refused, what goes wrong later is the last event.
 */
export async function searchEvents(
  { search, streams, pace }: SearchEventParts,
  { incoming, auth, headers, reach, onFault }: HttpRequest,
  given: URLSearchParams,
): Promise<Response> {
  const pages = search.stream({
    filter: last(given, "filter"),
    option: last(given, "option") || undefined,
    namespaces: namespacesOf(namespaceTexts(given), reach),
    blocked: reach?.blocked,
    fields: fieldsOf(given),
    after: lastReceived(incoming.headers["last-event-id"], reach),
    headers,
    auth,
  });
  const stay = whenGone(incoming.socket, () => pages.cancel());
  const first = await pages.next().finally(stay);
  const source = eventsOf(first, pages);
  return streams.open(pace ? paced(source, pace) : source, {
    auth,
    onFault: (error) => onFault(error, headers["correlation-id"] as string),
  });
}

/** Of a parameter that is given several times the last counts here, as in Ditto. */
const last = (given: URLSearchParams, name: string): string | undefined => given.getAll(name).at(-1);

/** Blanks around namespaces do not count here, and a blank parameter is none. */
function namespaceTexts(given: URLSearchParams): readonly string[] {
  const text = last(given, "namespaces")?.trim();
  const names = text?.split(",").map((name) => name.trim());
  return text && names ? [names.join(",")] : [];
}

function fieldsOf(given: URLSearchParams): readonly Path[] | undefined {
  const named = last(given, "fields")
    ?.split(",")
    .filter((field) => field.trim() !== "");
  return named?.length ? parseFields(named.join(",")) : undefined;
}

/** The ID of the thing that was received last; a caller must be allowed to reach it, as its values say where to go on. */
function lastReceived(
  given: string | string[] | undefined,
  reach: NamespaceAccess | undefined,
): string | undefined {
  if (!given) return undefined;
  const id = headerText(String(given));
  if (isNamespacedId(id)) reach?.check("thing", namespaceOf(id));
  return id;
}

function eventsOf(first: readonly FoundThing[] | undefined, pages: PageStream): EventSource {
  let page = first;
  let at = 0;
  return {
    async next() {
      while (page && at === page.length) {
        page = await pages.next();
        at = 0;
      }
      const thing = page?.[at++];
      return thing && eventText(thing.text, thing.id);
    },
    cancel: () => pages.cancel(),
  };
}
