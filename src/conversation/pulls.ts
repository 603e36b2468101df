// All of one kind that a session is told in portions.

import pLimit from "p-limit";
import { recent } from "../base/recent.ts";
import { printToldHeaders } from "../protocol/headers.ts";
import type { AuthContext, DittoHeaders } from "../signals/signal.ts";
import type { NamespaceAccess } from "./namespace-access.ts";
import type { Outlet } from "./outlet.ts";
import { type Portions, Pulled, type PulledRefusals, type PulledWords } from "./pulled.ts";

/** Who asks for something, and how. */
export interface Asker {
  readonly auth: AuthContext;
  readonly reach: NamespaceAccess | undefined;
  readonly headers: DittoHeaders;
  /** The length of the message. */
  readonly length: number;
}

/** What a client says of one that was begun; a demand below 1 breaks the protocol. */
export type PullCommand =
  | { readonly action: "request"; readonly subscriptionId: string; readonly demand: number }
  | { readonly action: "cancel"; readonly subscriptionId: string };

export interface Pulls {
  /** Begins one; all that comes of it is sent. */
  begin(words: PulledWords, portionsOf: (id: string) => Portions, asker: Asker): void;
  /** Does what a client says of one. */
  take(command: PullCommand, words: PulledWords, asker: Asker): void;
  /** Ends all, and says so. */
  abort(): void;
  /** Ends all in silence. */
  end(): void;
}

/** What the session's are made of. */
export interface PullsParts {
  readonly refusals: PulledRefusals;
  readonly idleMs: number;
  readonly onFault: (error: unknown, correlationId: string) => void;
}

/** Of one session at once, and the characters of the messages that began them, of which one may have any length. */
const MOST = 100;
const MOST_CHARACTERS = 1_000_000;
/** Portions of one session that are read or wait to be taken at once. */
const AT_ONCE = 2;
/** As in Ditto: how long more requests are told that one is over instead of that there is none. */
const REMEMBERED_MS = 10_000;
const REMEMBERED = 1_000;

/** Makes those of a session, which are told through its outlet. */
export function sessionPulls(outlet: Outlet, { refusals, idleMs, onFault }: PullsParts): Pulls {
  const live = new Map<string, Pulled>();
  const over = recent<number>(REMEMBERED);
  const inTurn = pLimit(AT_ONCE);
  let begun = 0;
  let characters = 0;

  function onOver(id: string, length: number): void {
    live.delete(id);
    over.put(id, Date.now() + REMEMBERED_MS);
    characters -= length;
  }

  /** What is said of one that there is not; to cancel one that is over is no fault. */
  function refuse({ action, subscriptionId: id }: PullCommand, words: PulledWords, asker: Asker): void {
    const isOver = (over.get(id) ?? 0) > Date.now();
    if (isOver && action === "cancel") return;
    const error = isOver ? refusals.isOver() : refusals.notFound(id);
    outlet.send(words.printFailed(id, error, printToldHeaders(asker.headers)));
  }

  return {
    begin(words, portionsOf, { headers, length }) {
      const id = String(begun++);
      const isTooMuch = live.size >= MOST || (live.size > 0 && characters + length > MOST_CHARACTERS);
      characters += length;
      const portions = portionsOf(id);
      const over = () => onOver(id, length);
      const parts = { outlet, words, refusals, portions, inTurn, idleMs, onOver: over, onFault };
      const pulled = new Pulled(id, headers, parts);
      live.set(id, pulled);
      if (isTooMuch) pulled.fail(refusals.tooMany());
    },
    take(command, words, asker) {
      const pulled = live.get(command.subscriptionId);
      if (!pulled) refuse(command, words, asker);
      else if (command.action === "cancel") pulled.cancel();
      else pulled.request(command.demand, asker.headers);
    },
    abort() {
      for (const pulled of live.values()) pulled.fail(refusals.aborted());
    },
    end() {
      for (const pulled of live.values()) pulled.cancel();
    },
  };
}
