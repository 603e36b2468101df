// The searches of a session.

import {
  printFailed,
  printNext,
  printSearch,
  type SearchCommand,
  type Subscribe,
} from "../protocol/search.ts";
import type { PageStream, Search, SearchRequest } from "../search/search.ts";
import type { Outlet } from "./outlet.ts";
import type { Portions, PulledRefusals, PulledWords } from "./pulled.ts";
import { type Asker, sessionPulls } from "./pulls.ts";
import * as errors from "./search-errors.ts";

export interface SearchParts {
  readonly search: Search;
  /** How long a search goes on without anything being asked or told, in milliseconds. */
  readonly searchIdleMs: number;
  readonly onFault: (error: unknown, correlationId: string) => void;
}

export interface Searches {
  /** Does what a client asks; everything that comes of it is sent. */
  take(command: SearchCommand, asker: Asker): void;
  /** Ends all, and says so. */
  abort(): void;
  /** Ends all in silence. */
  end(): void;
}

const words: PulledWords = { print: printSearch, printFailed };
const refusals: PulledRefusals = {
  notFound: errors.subscriptionNotFound,
  demandInvalid: errors.demandInvalid,
  isOver: errors.subscriptionOver,
  timeout: errors.subscriptionTimeout,
  aborted: errors.subscriptionAborted,
  tooMany: errors.tooManySearches,
};

/** Makes the searches of a session, which are told through its outlet. */
export function sessionSearches(outlet: Outlet, { search, searchIdleMs, onFault }: SearchParts): Searches {
  const pulls = sessionPulls(outlet, { refusals, idleMs: searchIdleMs, onFault });
  return {
    take(command, asker) {
      if (command.action !== "subscribe") pulls.take(command, words, asker);
      else pulls.begin(words, (id) => pagesOf(id, () => search.stream(requestOf(command, asker))), asker);
    },
    abort: pulls.abort,
    end: pulls.end,
  };
}

/** The pages of a search, which begins with the first; a page of which nothing could be read is none. */
function pagesOf(id: string, open: () => PageStream): Portions {
  let pages: PageStream | undefined;
  return {
    async next(_max, told) {
      pages ??= open();
      const things = await pages.next();
      if (!things) return undefined;
      const items = things.map(({ text }) => text);
      return items.length === 0 ? [] : [printNext(id, items, told())];
    },
    get isOver() {
      return pages?.isOver;
    },
    cancel: () => pages?.cancel(),
  };
}

/** The search that a client wants; refuses namespaces that it may not reach. */
function requestOf(
  { filter, options, namespaces, fields }: Subscribe,
  { auth, reach, headers }: Asker,
): SearchRequest {
  const within = reach ? reach.namespacesFor(namespaces) : namespaces;
  return { filter, option: options, namespaces: within, blocked: reach?.blocked, fields, headers, auth };
}
