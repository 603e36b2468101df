// `/api/2/search/things` and `/api/2/search/things/count` (httpapi-search page).

import { awaitedOverHttp } from "../../dispatch/acks/awaited.ts";
import { responseOf, type Waiting } from "../../dispatch/acks/outcome.ts";
import { isIdOnly } from "../../search/query/read-found.ts";
import type { FoundPage, Search } from "../../search/search.ts";
import type { Reply } from "../../signals/reply.ts";
import { whenGone } from "../gone.ts";
import { wantsEvents } from "../sse/event.ts";
import { accepted, listAnswer, methodNotAllowed, notFoundAnswer } from "./answers.ts";
import type { HttpRequest } from "./entity-requests.ts";
import { refuseLive } from "./live-requests.ts";
import { type SearchEventParts, searchEvents } from "./search-events.ts";
import { readForm } from "./search-form.ts";
import { fieldsOf, filterOf, headersOf, namespacesOf, optionOf } from "./search-parameters.ts";

/** What searches over HTTP are answered with. */
export interface SearchParts extends SearchEventParts {
  /** The longest form that is read. */
  readonly maxRequestBytes: number;
  /** How callers are kept waiting. */
  readonly waiting: Waiting;
}

/** Path of the resource. */
export const SEARCH = "/api/2/search/things";

/** One way to search, with what is asked. */
type Run = (
  search: Search,
  request: HttpRequest,
  given: URLSearchParams,
  signal: AbortSignal,
) => Promise<Response>;

/** Answers a search, and counting; or streams what is found, where the client accepts events. */
export async function searchRequest(parts: SearchParts, request: HttpRequest): Promise<Response> {
  const { incoming, target, headers } = request;
  const isCount = target.path === `${SEARCH}/count`;
  if (!isCount && target.path !== SEARCH && target.path !== `${SEARCH}/`) return notFoundAnswer();
  refuseLive(request);
  const run = isCount ? count : things;
  switch (incoming.method) {
    case "GET": {
      const given = target.query ?? new URLSearchParams();
      if (!isCount && wantsEvents(incoming.headers.accept)) return searchEvents(parts, request, given);
      return answered(parts, request, given, run);
    }
    case "POST": {
      const form = await readForm(incoming, parts.maxRequestBytes);
      if (form instanceof Response) return form;
      return answered(parts, { ...request, headers: headersOf(form, headers) }, form, run);
    }
    default:
      return methodNotAllowed(["GET", "POST"]);
  }
}

const FOUND: Reply = { status: 200 };

/** Waits for an answer as long as the request says; a search that nobody waits for any more is ended. */
async function answered(
  { search, waiting }: SearchParts,
  request: HttpRequest,
  given: URLSearchParams,
  run: Run,
): Promise<Response> {
  const { incoming, headers, onFault } = request;
  const ending = new AbortController();
  const stay = whenGone(incoming.socket, () => ending.abort());
  let response = accepted();
  let isSearching = true;
  const searched = async (): Promise<Reply> => {
    try {
      response = await run(search, request, given, ending.signal);
    } catch (error) {
      if (!ending.signal.aborted) throw error;
    } finally {
      isSearching = false;
    }
    return FOUND;
  };
  try {
    const awaited = awaitedOverHttp({ kind: "thing", action: "retrieve", headers });
    const fault = (error: unknown) => onFault(error, headers["correlation-id"] as string);
    // The search watches its time by itself.
    const reply = await responseOf({ ...awaited, isTimed: false }, searched, waiting, fault);
    return reply === "accepted" ? accepted() : response;
  } finally {
    stay();
    if (isSearching) ending.abort();
  }
}

const things: Run = async (search, { incoming, auth, headers, reach }, given, signal) => {
  const namespaces = namespacesOf(given.getAll("namespaces"), reach);
  const fields = fieldsOf(given);
  const where = { filter: filterOf(given), namespaces, blocked: reach?.blocked };
  const asked = { ...where, option: optionOf(given), fields, headers, auth };
  const page = await search.query(asked, signal);
  // Ditto tells who asked where things were read for the answer.
  const isRead = page.things.length > 0 && !isIdOnly(fields);
  return listAnswer(incoming, resultOf(page), headers, isRead ? auth : undefined);
};

const count: Run = async (search, { incoming, auth, headers, reach }, given, signal) => {
  const namespaces = namespacesOf(given.getAll("namespaces"), reach);
  const where = { filter: filterOf(given), namespaces, blocked: reach?.blocked };
  const number = await search.count({ ...where, headers, auth }, signal);
  return listAnswer(incoming, String(number), headers);
};

/** The JSON of a page. */
function resultOf({ things, cursor, nextPageOffset }: FoundPage): string {
  const items = things.map(({ text }) => text);
  const members = [`"items":[${items.join(",")}]`];
  if (cursor !== undefined) members.push(`"cursor":${JSON.stringify(cursor)}`);
  if (nextPageOffset !== undefined) members.push(`"nextPageOffset":${nextPageOffset}`);
  return `{${members.join(",")}}`;
}
