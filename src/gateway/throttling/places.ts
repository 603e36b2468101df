// How much may be open at once: in all, and of one, lest he keeps all others out.

import type { TwinError } from "../../base/errors.ts";

/** Leaves a place; to be called once. */
export type Leave = () => void;

export class Places {
  readonly #max: number;
  readonly #maxEach: number;
  readonly #refusal: (whose: string) => TwinError;
  readonly #takenBy = new Map<string, number>();
  #taken = 0;

  /** `max` for all together, `maxEach` for one; `refusal` tells whose places are taken. */
  constructor(max: number, maxEach: number, refusal: (whose: string) => TwinError) {
    this.#max = max;
    this.#maxEach = maxEach;
    this.#refusal = refusal;
  }

  get taken(): number {
    return this.#taken;
  }

  /** Takes a place; refuses where there is none. */
  take(subject: string): Leave {
    const own = this.#takenBy.get(subject) ?? 0;
    if (this.#taken >= this.#max) throw this.#refusal("of this server");
    if (own >= this.#maxEach) throw this.#refusal(`of '${subject}'`);
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
