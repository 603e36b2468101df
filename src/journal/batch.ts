// What is committed together: appends, and what is asked of some of them.

import type { JournalRow, Settled } from "./journal.ts";

/** Rows that one caller wants committed together, and what the queue must know of them. */
export interface Append {
  readonly id: string;
  readonly rows: readonly JournalRow[];
  readonly bytes: number;
  readonly settled: Settled;
  /** After this moment (`performance.now()`) it no longer waits for a batch. */
  readonly deadline: number;
}

/** Sets apart what uses a revision for the second time within one batch, and all that follows it of the same id. */
export function splitRepeated(batch: readonly Append[]): {
  first: readonly Append[];
  again: readonly Append[];
} {
  const used = new Set<string>();
  const repeated = new Set<string>();
  const first: Append[] = [];
  const again: Append[] = [];
  for (const append of batch) {
    const revisions = append.rows.map((row) => `${row.revision} ${row.kind} ${row.id}`);
    if (revisions.some((revision) => used.has(revision))) repeated.add(append.id);
    for (const revision of revisions) used.add(revision);
    (repeated.has(append.id) ? again : first).push(append);
  }
  return { first, again };
}

export function idsOf(appends: readonly Append[]): ReadonlySet<string> {
  return new Set(appends.map((append) => append.id));
}

export function rowsOf(appends: readonly Append[]): readonly JournalRow[] {
  return appends.length === 1 ? appends[0]!.rows : appends.flatMap((append) => append.rows);
}
