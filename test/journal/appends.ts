// Rows to append, and appends as promises.

import type { Journal, JournalRow } from "../../src/journal/journal.ts";

export function row(id: string, revision: number, more: Partial<JournalRow> = {}): JournalRow {
  return {
    kind: "thing",
    id,
    revision,
    timestamp: 1_763_700_000_000 + revision,
    action: "modified",
    path: "/attributes/x",
    value: String(revision),
    headers: null,
    metadata: null,
    ...more,
  };
}

/** Resolves with what `settled` was told: the error's name, or `committed`. */
export function append(journal: Pick<Journal, "append">, ...rows: readonly JournalRow[]): Promise<string> {
  return new Promise((resolve) => journal.append(rows, (error) => resolve(error?.name ?? "committed")));
}

export const revisionsOf = (rows: readonly JournalRow[]): readonly number[] =>
  rows.map((row) => row.revision);

/** 1 to `count`. */
export const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i + 1);
