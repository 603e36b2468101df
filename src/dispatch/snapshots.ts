// Snapshots are written behind the journal, so that loading an entity replays few events, and reading it as it was too.

import type { Journal, SnapshotRow, StoredKind } from "../journal/journal.ts";
import type { EntityKind, EntityState } from "../signals/signal.ts";
import type { Held } from "./entities.ts";

/** Most events that are replayed on top of a snapshot. */
const MAX_TAIL = 100;
/** So many times the length of the state in values of events makes a snapshot due too, which adds an eighth to them. */
const TAIL_STATES = 8;
/** Shorter tails are replayed in no time. */
const HEAVY_TAIL = 65_536;
const BATCH = 200;
/** Most states that wait to be written while busy entities have gone on; history replays more without them. */
const MOST_PASSED = 200;
const MOST_PASSED_CHARACTERS = 4 * 1024 * 1024;
const INTERVAL_MS = 500;
/** Rarer than that while the database is away, which the journal reports itself. */
const RETRY_MS = 5_000;

interface Passed {
  readonly id: string;
  readonly state: EntityState;
}

/** Collects entities whose snapshot is due, each once, and stores their newest committed state in batches. */
export class Snapshots {
  readonly #journal: Journal;
  readonly #kind: EntityKind;
  readonly #onError: (error: unknown) => void;
  readonly #due = new Set<Held>();
  /** Older states of entities that are due: one that changes fast would otherwise leave history too much to replay. */
  #passed: Passed[] = [];
  #passedCharacters = 0;
  /** Characters of the values that events brought since an entity's newest snapshot, or since one was last due for them. */
  readonly #tails = new WeakMap<Held, number>();
  #timer: NodeJS.Timeout | undefined;
  #storing: Promise<void> | undefined;

  constructor(journal: Journal, kind: EntityKind, onError: (error: unknown) => void) {
    this.#journal = journal;
    this.#kind = kind;
    this.#onError = onError;
  }

  /**
   * To be told of every commit; `born` says that it began a life, whose snapshot the journal stored with it, `length`
   * how long the text of the event's value is.
   */
  committed(held: Held, state: EntityState, born: boolean, length = 0): void {
    if (born) {
      held.snapshotRevision = state.revision;
      held.snapshotLives = true;
      this.#tails.delete(held);
      return;
    }
    const isHeavy = this.#isHeavy(held, length);
    const lives = state.value !== undefined;
    if (!isHeavy && lives === held.snapshotLives && state.revision - held.snapshotRevision < MAX_TAIL) return;
    if (!this.#due.has(held)) this.#due.add(held);
    else if (isHeavy || state.revision % MAX_TAIL === 0) this.#pass(held, state);
    this.#timer ??= setTimeout(() => this.#onTimer(), INTERVAL_MS).unref();
  }

  /** Counts an event; true once in so many characters. */
  #isHeavy(held: Held, length: number): boolean {
    const tail = (this.#tails.get(held) ?? 0) + length;
    const isHeavy = tail >= Math.max(HEAVY_TAIL, TAIL_STATES * held.extent.characters);
    this.#tails.set(held, isHeavy ? 0 : tail);
    return isHeavy;
  }

  #pass(held: Held, state: EntityState): void {
    if (this.#passed.length >= MOST_PASSED || this.#passedCharacters >= MOST_PASSED_CHARACTERS) return;
    this.#passed.push({ id: held.id, state });
    this.#passedCharacters += held.extent.characters;
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
      const rows = batch.map((held) => snapshotOf(this.#kind, held.id, held.committed as EntityState, held));
      const passed = this.#passed.map(({ id, state }) => snapshotOf(this.#kind, id, state));
      this.#passed = [];
      this.#passedCharacters = 0;
      await this.#journal.storeSnapshots([...passed, ...rows]);
      batch.forEach((held, i) => {
        const row = rows[i] as SnapshotRow;
        held.snapshotRevision = row.revision;
        held.snapshotLives = row.state !== null;
        if ((held.committed?.value !== undefined) === held.snapshotLives) this.#due.delete(held);
      });
    }
  }

  /** Stops the timer; snapshots that are due can be made from the journal at the next start. */
  close(): void {
    clearTimeout(this.#timer);
  }
}

/** A state as a snapshot; `printed` has the JSON text of the state at hand. */
export function snapshotOf(kind: StoredKind, id: string, state: EntityState, printed?: Held): SnapshotRow {
  const { value, revision, created, modified } = state;
  const text = value === undefined ? null : (printed?.text() ?? JSON.stringify(value));
  const metadata = state.metadata === undefined ? null : JSON.stringify(state.metadata);
  return { kind, id, revision, state: text, created, modified, metadata };
}
