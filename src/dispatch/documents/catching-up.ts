// What the journal may hold that is not known here: single documents after a commit that was not told of, all of them after
// something that other members of a cluster told was lost.

import { setTimeout as pause } from "node:timers/promises";
import { JournalUnavailable } from "../../journal/journal.ts";
import type { Turns } from "../turns.ts";

export interface CatchingUpParts {
  /** In which the documents change. */
  readonly turns: Turns;
  /** Takes over what the journal has of an ID. Rejects with {@link JournalUnavailable}. */
  readonly takeOver: (id: string) => Promise<void>;
  /** All living documents of the journal, page by page. */
  readonly listed: () => AsyncIterable<readonly string[]>;
  /** Those that are known here. */
  readonly known: () => Iterable<string>;
  /** Told of what should not have happened. */
  readonly onFault: (error: unknown, id: string) => void;
  /** Ends it. */
  readonly stop: AbortSignal;
}

/** Between two looks whether the database is back. */
const RETRY_MS = 1_000;

export class CatchingUp {
  readonly #parts: CatchingUpParts;
  /** IDs of which it is not known whether their newest event is known. */
  readonly #doubtful = new Set<string>();
  #comparing: Promise<void> | undefined;
  #isCompareWanted = false;

  constructor(parts: CatchingUpParts) {
    this.#parts = parts;
  }

  isDoubtful(id: string): boolean {
    return this.#doubtful.has(id);
  }

  /** It is known now; says whether it was not. */
  settle(id: string): boolean {
    return this.#doubtful.delete(id);
  }

  /** Asks the journal of an ID until it answers. */
  doubt(id: string): void {
    if (!this.#doubtful.has(id)) void this.#clearUp(id);
  }

  /** In the turn of an ID of which there is a doubt: takes over what the journal has. */
  async resolve(id: string): Promise<void> {
    if (this.#doubtful.has(id)) await this.#parts.takeOver(id);
  }

  /**
   * Resolves when nothing can be missed of an ID, or of any; rejects with {@link JournalUnavailable}, also where this is ended. Not to be
   * called in its turn.
   */
  async upToDate(id?: string): Promise<void> {
    const { stop, turns } = this.#parts;
    try {
      do {
        await this.#comparing;
        const doubtful = [...this.#doubtful].filter((one) => id === undefined || one === id);
        await Promise.all(doubtful.map((one) => turns.take(one, () => this.resolve(one))));
        // Something may have been missed since.
      } while (this.#comparing !== undefined);
    } catch (error) {
      throw stop.aborted ? new JournalUnavailable("Nothing is read any more.", { cause: error }) : error;
    }
  }

  /** Compares all with the journal, until that has answered; once more where it is called meanwhile. */
  compare(waitMs = 0): void {
    if (this.#comparing !== undefined) {
      this.#isCompareWanted = true;
      return;
    }
    const { stop } = this.#parts;
    this.#isCompareWanted = false;
    this.#comparing = pause(waitMs, undefined, { signal: stop, ref: false }).then(() => this.#compareAll());
    const done = (isWanted: boolean, restMs: number) => {
      this.#comparing = undefined;
      if (isWanted && !stop.aborted) this.compare(restMs);
    };
    this.#comparing.then(
      () => done(this.#isCompareWanted, 0),
      () => done(true, RETRY_MS),
    );
  }

  async #clearUp(id: string): Promise<void> {
    const { stop, turns, onFault } = this.#parts;
    this.#doubtful.add(id);
    while (this.#doubtful.has(id) && !stop.aborted) {
      try {
        await pause(RETRY_MS, undefined, { signal: stop, ref: false });
        await turns.take(id, () => this.resolve(id));
      } catch (error) {
        const isExpected = stop.aborted || error instanceof JournalUnavailable;
        if (!isExpected) onFault(error, id);
      }
    }
  }

  async #compareAll(): Promise<void> {
    const { turns, takeOver, listed, known } = this.#parts;
    const seen = new Set<string>();
    const compare = (id: string) => turns.take(id, () => takeOver(id));
    for await (const ids of listed()) {
      for (const id of ids) seen.add(id);
      await Promise.all(ids.map(compare));
    }
    for (const id of [...known()]) if (!seen.has(id)) await compare(id);
  }
}
