// Going on when the database is back: work is tried again until it is done, with growing pauses.

import { setTimeout } from "node:timers/promises";
import { TwinError } from "../../base/errors.ts";
import { DatabaseError } from "../../journal/database.ts";
import { DataRefused, JournalUnavailable } from "../../journal/journal.ts";
import { QueryCancelled } from "../store.ts";
import type { Log } from "./parts.ts";

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 1_000;

/** Errors of data, of integrity, and of limits of PostgreSQL: the same statement would fail again. */
const HOPELESS = /^(?:22|23|54)/;

/** Whether the database said that it cannot hold what it was given. */
export const isRefused = (error: unknown): boolean =>
  error instanceof DataRefused ||
  (error instanceof DatabaseError && HOPELESS.test(error.sqlState ?? "")) ||
  (error instanceof Error && error.cause !== undefined && isRefused(error.cause));

/** Whether it may go better another time. */
export const isPassing = (error: unknown): boolean =>
  !isRefused(error) &&
  (error instanceof JournalUnavailable ||
    error instanceof QueryCancelled ||
    error instanceof DatabaseError ||
    (error instanceof TwinError && error.status === 503));

/** Work that was given up since the indexer is to stop. */
export class Stopped extends Error {
  override readonly name = "Stopped";
}

/** Does work in spite of outages, of which the log is told when one begins and when it is over. */
export class Steady {
  readonly #log: Log;
  readonly #signal: AbortSignal;
  /** Work that has failed and is not done yet: that other work succeeds meanwhile says nothing of it. */
  #failing = 0;
  #since = 0;

  constructor(log: Log, signal: AbortSignal) {
    this.#log = log;
    this.#signal = signal;
  }

  /** Whether something failed that is to be tried again. */
  get isAway(): boolean {
    return this.#failing > 0;
  }

  /**
   * Does the work, again and again while the database is away; `onFailure` hears of the first time.
   * @throws Stopped, and what the work is rejected with for other reasons.
   */
  async run<T>(work: () => Promise<T>, onFailure?: (error: unknown) => void): Promise<T> {
    let hasFailed = false;
    try {
      for (let tries = 0; ; tries++) {
        if (this.#signal.aborted) throw new Stopped();
        try {
          return await work();
        } catch (error) {
          if (!isPassing(error)) throw error;
          if (!hasFailed) {
            hasFailed = true;
            this.#begin(error);
            onFailure?.(error);
          }
          await this.#pause(tries);
        }
      }
    } finally {
      if (hasFailed) this.#end();
    }
  }

  async #pause(tries: number): Promise<void> {
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** Math.min(tries, 16), LONGEST_PAUSE_MS);
    try {
      await setTimeout(pause, undefined, { signal: this.#signal, ref: false });
    } catch {
      throw new Stopped();
    }
  }

  #begin(error: unknown): void {
    if (this.#failing++ > 0) return;
    this.#since = Date.now();
    this.#log.warn({ err: error }, "the search index cannot be written; what changes waits");
  }

  #end(): void {
    if (--this.#failing > 0 || this.#signal.aborted) return;
    this.#log.info({ afterMs: Date.now() - this.#since }, "the search index is written again");
  }
}
