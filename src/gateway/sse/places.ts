// How many event streams may be open at once: in all, and of one subject, lest it keeps all others out.

import { tooManyStreams } from "./errors.ts";

export class Places {
  readonly #max: number;
  readonly #maxEach: number;
  readonly #takenBy = new Map<string, number>();
  #taken = 0;

  /** `max` for all subjects together, `maxEach` for one. */
  constructor(max: number, maxEach: number) {
    this.#max = max;
    this.#maxEach = maxEach;
  }

  /** Takes a place; refuses with `too.many.requests` where there is none. Gives what leaves it, to be called once. */
  take(subject: string): () => void {
    const own = this.#takenBy.get(subject) ?? 0;
    if (this.#taken >= this.#max) throw tooManyStreams("of this server");
    if (own >= this.#maxEach) throw tooManyStreams(`of '${subject}'`);
    this.#taken++;
    this.#takenBy.set(subject, own + 1);
    return () => this.#leave(subject);
  }

  #leave(subject: string): void {
    this.#taken--;
    const own = (this.#takenBy.get(subject) as number) - 1;
    if (own === 0) this.#takenBy.delete(subject);
    else this.#takenBy.set(subject, own);
  }
}
