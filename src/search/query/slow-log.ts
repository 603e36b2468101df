// The log of slow searches (release_notes_390 page).

import type { Logger } from "pino";
import type { Wanted } from "../wanted.ts";
import type { SortEntry } from "./options.ts";

export interface SlowLogSettings {
  readonly slowSearchLogEnabled: boolean;
  readonly slowSearchLogThreshold: number;
}

/** One statement of a search, once it is answered or given up. */
export interface SearchDone {
  readonly kind: "query" | "count" | "stream" | "aggregate";
  readonly filter: string | undefined;
  readonly namespaces: Wanted["namespaces"];
  readonly sort: readonly SortEntry[];
  readonly durationMs: number;
  /** Absent where it failed. */
  readonly found: number | undefined;
  readonly correlationId: unknown;
}

const MOST_CHARACTERS = 1_000;

/** Writes one line for each search that took longer than the threshold; what clients said in it is cut where it is long. */
export function slowLog(settings: SlowLogSettings, log: Pick<Logger, "warn">): (done: SearchDone) => void {
  const { slowSearchLogEnabled, slowSearchLogThreshold: thresholdMs } = settings;
  return (done) => {
    if (!slowSearchLogEnabled || done.durationMs <= thresholdMs) return;
    log.warn(
      {
        search: done.kind,
        durationMs: Math.round(done.durationMs),
        thresholdMs,
        filter: cut(done.filter),
        namespaces: cut(done.namespaces?.join(",")),
        sort: cut(printSort(done.sort)),
        found: done.found,
        correlationId: typeof done.correlationId === "string" ? cut(done.correlationId) : undefined,
      },
      "a search was slow",
    );
  };
}

const printSort = (sort: readonly SortEntry[]): string =>
  sort.map(({ property, descending }) => `${descending ? "-" : "+"}${property}`).join(",");

const cut = (text: string | undefined): string | undefined =>
  text === undefined || text.length <= MOST_CHARACTERS
    ? text
    : `${text.slice(0, MOST_CHARACTERS).toWellFormed()}…`;
