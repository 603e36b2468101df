// Makes the indexes that are missing and drops those that nobody wants, one server at a time.

import { setTimeout as pause } from "node:timers/promises";
import type { Query } from "../journal/database.ts";
import { type IndexDefinition, PREFIX } from "./custom-index-definitions.ts";

/** The advisory lock of servers that change indexes; any number nobody else uses. */
const LOCK = 7_655_290;
/** Rest between two looks whether another server is done. */
const LOOK_MS = 500;

/** What becomes of an index. */
export type IndexObservation =
  | { readonly what: "custom-index-made"; readonly index: string; readonly ms: number }
  | { readonly what: "custom-index-dropped"; readonly index: string }
  | { readonly what: "custom-indexes-failed"; readonly error: unknown };

const LIST = `
select class.relname::text as name, index.indisvalid as valid
from pg_index as index join pg_class as class on class.oid = index.indexrelid
where index.indrelid = 'search_thing'::regclass and starts_with(class.relname::text, '${PREFIX}')`;

/** The custom indexes that the database has, and whether they are whole. */
export async function presentIndexes(query: Query): Promise<ReadonlyMap<string, boolean>> {
  const rows = await query(LIST, []);
  return new Map(rows.map(({ name, valid }) => [String(name), valid === true]));
}

/** Whether there are the wanted indexes, all of them whole, and no others. */
export const isUpToDate = (
  present: ReadonlyMap<string, boolean>,
  wanted: readonly IndexDefinition[],
): boolean => present.size === wanted.length && wanted.every(({ name }) => present.get(name) === true);

/** How indexes are changed. */
export interface IndexWork {
  /** Runs statements in one session, each its own transaction. */
  readonly query: Query;
  /** Whether others must be able to write meanwhile. */
  readonly concurrently: boolean;
  readonly signal: AbortSignal;
  observe(fact: IndexObservation): void;
}

/**
 * Leaves the database with the wanted indexes and no others. What an earlier attempt left half done is made again:
 * under the lock nobody else is at it.
 */
export async function bringUpToDate(work: IndexWork, wanted: readonly IndexDefinition[]): Promise<void> {
  await lock(work);
  try {
    const present = await presentIndexes(work.query);
    const unwanted = [...present].filter(
      ([name, valid]) => !valid || !wanted.some((one) => one.name === name),
    );
    for (const [name] of unwanted) await drop(work, name);
    const missing = wanted.filter(({ name }) => present.get(name) !== true);
    for (const index of missing) await make(work, index);
    // What the planner knows of the values of expressions comes with their indexes only.
    if (missing.length > 0 && !work.signal.aborted) await work.query("analyze search_thing", []);
  } finally {
    await work.query(`select pg_advisory_unlock(${LOCK})`, []);
  }
}

/** Asks again and again: who waits within a statement would be waited for by the server that makes an index. */
async function lock({ query, signal }: IndexWork): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const [row] = await query(`select pg_try_advisory_lock(${LOCK}) as locked`, []);
    if (row?.locked === true) return;
    await pause(LOOK_MS, undefined, { signal });
  }
}

async function drop({ query, concurrently, signal, observe }: IndexWork, index: string): Promise<void> {
  if (signal.aborted) return;
  await query(`drop index ${concurrently ? "concurrently " : ""}if exists "${index}"`, []);
  observe({ what: "custom-index-dropped", index });
}

async function make(
  { query, concurrently, signal, observe }: IndexWork,
  { name, sql }: IndexDefinition,
): Promise<void> {
  if (signal.aborted) return;
  const since = performance.now();
  await query(`create index ${concurrently ? "concurrently " : ""}"${name}" on search_thing ${sql}`, []);
  observe({ what: "custom-index-made", index: name, ms: performance.now() - since });
}
