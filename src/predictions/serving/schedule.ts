// Predictions that only the time asks for: all bound things again and again, spread over each round.

import { setTimeout as sleep } from "node:timers/promises";
import type { Search } from "../../search/search.ts";
import type { AuthContext } from "../../signals/signal.ts";
import type { Binding } from "../model.ts";
import { searchFilter } from "./binding.ts";

export interface ScheduleParts {
  readonly search: Pick<Search, "stream">;
  readonly bind: Binding;
  readonly everyMs: number;
  readonly auth: AuthContext;
  hasRoom(): boolean;
  ask(thingId: string): void;
  onError(error: unknown): void;
  readonly stop: AbortSignal;
}

const PAGE = 200;
const ROOM_MS = 50;

/** Asks for all bound things in each round until stopped; a round that takes longer than it may is followed by the next at once. */
export async function schedule(parts: ScheduleParts): Promise<void> {
  const { everyMs, stop } = parts;
  let pages = 1;
  while (!stop.aborted) {
    const started = performance.now();
    // The pages of a round are as far apart as there were pages in the last one.
    pages = await round(parts, everyMs / (pages + 1));
    await pause(Math.max(everyMs - (performance.now() - started), 0), stop);
  }
}

/** Goes through all bound things once; gives how many pages there were. */
async function round(parts: ScheduleParts, apartMs: number): Promise<number> {
  const { search, bind, auth, stop } = parts;
  const pages = search.stream({
    filter: searchFilter(bind),
    namespaces: bind.namespaces,
    option: `size(${PAGE})`,
    fields: [["thingId"]],
    headers: {},
    auth,
  });
  let count = 0;
  try {
    for (let page = await pages.next(); page && !stop.aborted; page = await pages.next()) {
      if (count++ > 0) await pause(apartMs, stop);
      for (const { id } of page) {
        while (!parts.hasRoom() && !stop.aborted) await pause(ROOM_MS, stop);
        parts.ask(id);
      }
    }
  } catch (error) {
    parts.onError(error);
  }
  pages.cancel();
  return Math.max(count, 1);
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  sleep(ms, undefined, { ref: false, signal }).catch(() => undefined);
