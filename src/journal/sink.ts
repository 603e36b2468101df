// What the writer writes to, and within which bounds.

import type { JournalRow } from "./journal.ts";

/** What the writer needs of a database. */
export interface RowSink {
  /** Batches worth having in flight at once. */
  readonly lanes: number;
  /** Commits the rows, all or none; rejects with a DatabaseError otherwise. */
  insert(lane: number, rows: readonly JournalRow[]): Promise<void>;
  /** Which of the rows' ids have a revision in use. */
  taken(rows: readonly JournalRow[]): Promise<Set<string>>;
  /** Resolves when the database answers again. */
  probe(lane: number): Promise<void>;
}

export interface WriterLimits {
  /** Rows of one batch, and their size; a single larger append is a batch of its own. */
  readonly batchRows: number;
  readonly batchBytes: number;
  /** Rows accepted and not yet settled, and their size; beyond, an append is refused at once. */
  readonly queueRows: number;
  readonly queueBytes: number;
  /** How long an append may wait for its batch to start, in milliseconds. */
  readonly waitMs: number;
}
