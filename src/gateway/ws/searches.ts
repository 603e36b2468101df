// The searches of a session.

import pLimit from "p-limit";
import { recent } from "../../base/recent.ts";
import {
  printFailed,
  printSearchHeaders,
  type SearchCommand,
  type Subscribe,
} from "../../protocol/search.ts";
import type { Search, SearchRequest } from "../../search/search.ts";
import type { AuthContext, DittoHeaders } from "../../signals/signal.ts";
import type { NamespaceAccess } from "../auth/namespace-access.ts";
import type { Outlet } from "./outlet.ts";
import {
  subscriptionAborted,
  subscriptionNotFound,
  subscriptionOver,
  tooManySearches,
} from "./search-errors.ts";
import { SearchSubscription } from "./search-subscription.ts";

export interface SearchParts {
  readonly search: Search;
  /** How long a search goes on without anything being asked or told, in milliseconds. */
  readonly searchIdleMs: number;
  readonly onFault: (error: unknown, correlationId: string) => void;
}

/** Who asks for something, and how. */
export interface Asker {
  readonly auth: AuthContext;
  readonly reach: NamespaceAccess | undefined;
  readonly headers: DittoHeaders;
  /** The length of the message. */
  readonly length: number;
}

export interface Searches {
  /** Does what a client asks; everything that comes of it is sent. */
  take(command: SearchCommand, asker: Asker): void;
  /** Ends all, and says so. */
  abort(): void;
  /** Ends all in silence. */
  end(): void;
}

/** Searches of one session at once, and the characters of the messages that began them, of which one may have any length. */
const MOST = 100;
const MOST_CHARACTERS = 1_000_000;
/** Pages of one session that are read or wait to be taken at once. */
const PAGES_AT_ONCE = 2;
/** As in Ditto: how long more requests are told that a search is over instead of that there is none. */
const REMEMBERED_MS = 10_000;
const REMEMBERED = 1_000;

/** Makes the searches of a session, which are told through its outlet. */
export function sessionSearches(
  outlet: Outlet,
  { search, searchIdleMs, onFault }: SearchParts,
  inTurn = pLimit(PAGES_AT_ONCE),
): Searches {
  const live = new Map<string, SearchSubscription>();
  const over = recent<number>(REMEMBERED);
  let begun = 0;
  let characters = 0;

  function subscribe(command: Subscribe, asker: Asker): void {
    const id = String(begun++);
    const isTooMuch = live.size >= MOST || (live.size > 0 && characters + asker.length > MOST_CHARACTERS);
    characters += asker.length;
    const subscription = new SearchSubscription(id, asker.headers, {
      outlet,
      open: () => search.stream(requestOf(command, asker)),
      inTurn,
      idleMs: searchIdleMs,
      onOver() {
        live.delete(id);
        over.put(id, Date.now() + REMEMBERED_MS);
        characters -= asker.length;
      },
      onFault,
    });
    live.set(id, subscription);
    if (isTooMuch) subscription.fail(tooManySearches());
  }

  /** What is asked of a search that there is not; to cancel one that is over is no fault. */
  function refuse(id: string, action: "request" | "cancel", headers: DittoHeaders): void {
    const isOver = (over.get(id) ?? 0) > Date.now();
    if (isOver && action === "cancel") return;
    const error = isOver ? subscriptionOver() : subscriptionNotFound(id);
    outlet.send(printFailed(id, error, printSearchHeaders(headers)));
  }

  return {
    take(command, asker) {
      if (command.action === "subscribe") {
        subscribe(command, asker);
        return;
      }
      const subscription = live.get(command.subscriptionId);
      if (!subscription) refuse(command.subscriptionId, command.action, asker.headers);
      else if (command.action === "cancel") subscription.cancel();
      else subscription.request(command.demand, asker.headers);
    },
    abort() {
      for (const subscription of live.values()) subscription.fail(subscriptionAborted());
    },
    end() {
      for (const subscription of live.values()) subscription.cancel();
    },
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
