// Rows for a journal, and ways to append them.

import type { Database } from "../../src/journal/database.ts";
import type { Journal, JournalRow } from "../../src/journal/journal.ts";
import { insertRows } from "../../src/journal/statements.ts";

/** Rows in one statement. */
const BATCH = 500;
/** Appends under way at once: enough to fill batches, as many devices do. */
const OPEN_APPENDS = 4_000;

/** Changes of a property of so many machines in turn, as rows. */
export function rowsOf(prefix: string, count: number, machines: number): readonly JournalRow[] {
  return Array.from({ length: count }, (_, i) => ({
    kind: "thing",
    id: `org.factory.site${i % 5}:${prefix}-machine-${i % machines}`,
    revision: Math.floor(i / machines) + 1,
    timestamp: 1_763_700_000_000 + i,
    action: "modified",
    path: "/features/temperature/properties/value",
    value: `{"value":${i * 1.25},"unit":"C","at":"2026-11-21T12:00:00Z"}`,
    metadata: null,
    headers: `{"correlation-id":"6a1c2d3e-${i}-4f5a","content-type":"application/json"}`,
  }));
}

/** Inserts per second of work that inserts so many rows. */
export async function rate(rows: number, work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return (rows / (performance.now() - started)) * 1_000;
}

/** One statement after the other, without a journal. */
export async function bareLoop(database: Database, rows: readonly JournalRow[]): Promise<void> {
  for (let at = 0; at < rows.length; at += BATCH) await insertRows(database, 0, rows.slice(at, at + BATCH));
}

/** Many appends under way, each followed by the next. */
export function keepOpen(journal: Journal, rows: readonly JournalRow[]): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let next = 0;
  let done = 0;
  const appendNext = () => {
    const row = rows[next++];
    if (row === undefined) return;
    journal.append([row], (error) => {
      if (error !== undefined) return reject(error);
      if (++done === rows.length) return resolve();
      appendNext();
    });
  };
  for (let i = 0; i < OPEN_APPENDS; i++) appendNext();
  return promise;
}
