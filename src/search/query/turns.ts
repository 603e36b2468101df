// Whose search runs when: some run, others wait, and nobody takes all places.

import pLimit, { type LimitFunction } from "p-limit";
import { searchUnavailable, tooManySearches } from "./errors.ts";

export interface TurnLimits {
  /** Of all, at the same time. */
  readonly running: number;
  readonly runningOfOne: number;
  /** Running and waiting. */
  readonly places: number;
  readonly placesOfOne: number;
}

/** One caller's slow searches leave some of the database's connections for searches to others. */
export const turnLimits: TurnLimits = { running: 16, runningOfOne: 4, places: 2_000, placesOfOne: 500 };

interface Line {
  readonly inTurn: LimitFunction;
  places: number;
}

export class SearchTurns {
  readonly #limits: TurnLimits;
  readonly #running: LimitFunction;
  readonly #lines = new Map<string, Line>();
  #places = 0;

  constructor(limits: TurnLimits) {
    this.#limits = limits;
    this.#running = pLimit(limits.running);
  }

  /**
   * Does the work when its turn comes. Refuses at once when too many of the same caller wait (429), or of all (503).
   * Work that is not wanted any more must end by itself when it is called.
   */
  async take<T>(whose: string, work: () => Promise<T>): Promise<T> {
    const line = this.#lineOf(whose);
    if (line.places >= this.#limits.placesOfOne) throw tooManySearches();
    if (this.#places >= this.#limits.places) throw searchUnavailable();
    this.#lines.set(whose, line);
    this.#places++;
    line.places++;
    try {
      return await line.inTurn(() => this.#running(work));
    } finally {
      this.#places--;
      if (--line.places === 0) this.#lines.delete(whose);
    }
  }

  #lineOf(whose: string): Line {
    return this.#lines.get(whose) ?? { inTurn: pLimit(this.#limits.runningOfOne), places: 0 };
  }
}
