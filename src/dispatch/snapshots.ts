// Snapshots are written behind the journal, so that loading an entity replays few events.

import type { Journal, SnapshotRow } from "../journal/journal.ts";
import type { EntityKind, EntityState } from "../signals/signal.ts";
import type { Held } from "./entities.ts";

/** Most events that are replayed on top of a snapshot. */
const MAX_TAIL = 100;
const BATCH = 200;
const INTERVAL_MS = 500;
/** Rarer than that while the database is away, which the journal reports itself. */
const RETRY_MS = 5_000;

/** Collects entities whose snapshot is due, each once, and stores their newest committed state in batches. */
export class Snapshots {
  readonly #journal: Journal;
  readonly #kind: EntityKind;
  readonly #onError: (error: unknown) => void;
  readonly #due = new Set<Held>();
  #timer: NodeJS.Timeout | undefined;
  #storing: Promise<void> | undefined;

  constructor(journal: Journal, kind: EntityKind, onError: (error: unknown) => void) {
    this.#journal = journal;
    this.#kind = kind;
    this.#onError = onError;
  }

  /** To be told of every commit; `born` says that it began a life, whose snapshot the journal stored with it. */
  committed(held: Held, state: EntityState, born: boolean): void {
    if (born) {
      held.snapshotRevision = state.revision;
      held.snapshotLives = true;
      return;
    }
    const lives = state.value !== undefined;
    if (lives === held.snapshotLives && state.revision - held.snapshotRevision < MAX_TAIL) return;
    this.#due.add(held);
    this.#timer ??= setTimeout(() => this.#onTimer(), INTERVAL_MS).unref();
  }

  #onTimer(): void {
    this.#timer = undefined;
    this.flush().catch((error: unknown) => {
      this.#onError(error);
      this.#timer ??= setTimeout(() => this.#onTimer(), RETRY_MS).unref();
    });
  }

  /** Resolves when every snapshot that is due now is stored. */
  async flush(): Promise<void> {
    while (this.#storing !== undefined) await this.#storing;
    this.#storing = this.#storeAll();
    try {
      await this.#storing;
    } finally {
      this.#storing = undefined;
    }
  }

  async #storeAll(): Promise<void> {
    while (this.#due.size > 0) {
      const batch = [...this.#due.values().take(BATCH)];
      const rows = batch.map((held) => this.#rowOf(held));
      await this.#journal.storeSnapshots(rows);
      batch.forEach((held, i) => {
        const row = rows[i] as SnapshotRow;
        held.snapshotRevision = row.revision;
        held.snapshotLives = row.state !== null;
        if ((held.committed?.value !== undefined) === held.snapshotLives) this.#due.delete(held);
      });
    }
  }

  #rowOf(held: Held): SnapshotRow {
    const state = held.committed as EntityState;
    return {
      kind: this.#kind,
      id: held.id,
      revision: state.revision,
      state: state.value === undefined ? null : held.text(),
      created: state.created,
      modified: state.modified,
    };
  }

  /** Stops the timer; snapshots that are due can be made from the journal at the next start. */
  close(): void {
    clearTimeout(this.#timer);
  }
}
