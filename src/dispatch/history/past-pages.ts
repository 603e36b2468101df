// Rows of the journal, page by page, as the events that their reader may see.

import { setImmediate } from "node:timers/promises";
import type { Journal, JournalRow } from "../../journal/journal.ts";
import type { Access } from "../../policies/enforcer.ts";
import type { EntityEvent, EntityKind } from "../../signals/signal.ts";
import { changeOf } from "../entities.ts";
import type { PastEvent, PastEvents } from "./past-events.ts";
import { keptHeaders } from "./rebuild.ts";
import { visiblePart } from "./visible-part.ts";

/** Revisions and times of rows; all ends are included. */
export interface PastRows {
  readonly first: number;
  readonly last: number;
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly until: number;
}

export interface PastPagesParts {
  readonly kind: EntityKind;
  readonly id: string;
  readonly rows: PastRows;
  readonly access: Access;
  /** Whether an event is wanted, as far as it may be seen; absent: all are. */
  readonly wants: ((event: EntityEvent) => boolean) | undefined;
  readonly journal: Pick<Journal, "readEvents">;
  /** Runs what needs the database. */
  readonly read: <T>(task: () => Promise<T>) => Promise<T>;
}

/** Rows of one statement: they may be as large as entities are. */
export const PAGE = 50;
/** Work without a break, in milliseconds. */
export const STRETCH_MS = 10;

/** Reads a page only when it is asked for, and keeps nothing of it; what was cleaned up meanwhile is left out. */
export function pastPages({ kind, id, rows, access, wants, journal, read }: PastPagesParts): PastEvents {
  const { last, since, until } = rows;
  let next = Math.max(rows.first, 1);
  let isOver = next > last;
  let isCancelled = false;

  /** What is to be seen of so many of the next rows. */
  async function page(limit: number): Promise<readonly PastEvent[]> {
    const found = await read(() => journal.readEvents(kind, id, next, last, limit));
    goOnAt((found.at(-1)?.revision ?? last) + 1);
    if (found.length < limit || (found.at(-1)?.timestamp ?? 0) > until) isOver = true;
    return allSeen(found.filter(({ timestamp }) => timestamp >= since && timestamp <= until));
  }

  /** Lets others work about every 10 ms: a filter may take that long for each event. */
  async function allSeen(found: readonly JournalRow[]): Promise<readonly PastEvent[]> {
    const events: PastEvent[] = [];
    let started = performance.now();
    for (const row of found) {
      if (isCancelled) break;
      events.push(...seen(row));
      if (performance.now() - started < STRETCH_MS) continue;
      await setImmediate();
      started = performance.now();
    }
    return events;
  }

  function goOnAt(revision: number): void {
    next = revision;
    isOver ||= next > last;
  }

  function seen(row: JournalRow): readonly PastEvent[] {
    const event = visiblePart(eventOf(kind, row), access);
    if (!event || (wants && !wants(event))) return [];
    return [{ event, historicalHeaders: keptHeaders(row) }];
  }

  /** The first ones; the others are read again. */
  function cut(events: readonly PastEvent[], max: number): readonly PastEvent[] {
    const first = events.slice(0, max);
    next = (first.at(-1) as PastEvent).event.revision + 1;
    isOver = isCancelled;
    return first;
  }

  return {
    async next(max) {
      // Where few are to be seen, a page is read for them.
      for (let limit = Math.min(max, PAGE); !isOver; limit = PAGE) {
        const events = await page(limit);
        if (events.length > max) return cut(events, max);
        if (events.length > 0) return events;
      }
      return undefined;
    },
    get isOver() {
      return isOver;
    },
    cancel() {
      isCancelled = true;
      isOver = true;
    },
  };
}

/** The event that a row records; of its headers the journal keeps those that are asked for as historical ones. */
export const eventOf = (kind: EntityKind, row: JournalRow): EntityEvent => ({
  ...changeOf(row),
  kind,
  id: row.id,
  revision: row.revision,
  timestamp: row.timestamp,
  headers: {},
});
