// Long work that many may ask for at once: a few run, the rest wait, and the same is done once for all who want it.

import pLimit, { type LimitFunction } from "p-limit";
import { JournalUnavailable } from "../../journal/journal.ts";

export interface WorkLimits {
  readonly atOnce: number;
  /** Different ones that wait; beyond, one is refused at once. */
  readonly waiting: number;
}

export class SharedWork<T> {
  readonly #limits: WorkLimits;
  readonly #known = new Map<string, Promise<T>>();
  readonly #inTurn: LimitFunction;

  constructor(limits: WorkLimits) {
    this.#limits = limits;
    this.#inTurn = pLimit(limits.atOnce);
  }

  /** Does the work when its turn comes, or shares what the same key is already waiting for. */
  do(key: string, work: () => Promise<T>): Promise<T> {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (this.#inTurn.pendingCount >= this.#limits.waiting)
      return Promise.reject(new JournalUnavailable("Too many reads of the past wait for one another."));
    const done = this.#inTurn(work).finally(() => this.#known.delete(key));
    this.#known.set(key, done);
    return done;
  }
}
