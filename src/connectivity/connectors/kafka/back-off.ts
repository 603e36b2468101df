// How long something rests before it is tried again: longer each time that it comes no further.

/** Milliseconds. */
export interface BackOffTimes {
  readonly min: number;
  readonly max: number;
  /** By how much of itself a rest may be longer, at random. */
  readonly randomFactor: number;
}

export class BackOff {
  readonly #times: BackOffTimes;
  #next: number;
  #place = Number.NEGATIVE_INFINITY;

  constructor(times: BackOffTimes) {
    this.#times = times;
    this.#next = times.min;
  }

  /** The rest that is due, in milliseconds; the one after it is twice as long. */
  next(): number {
    const { max, randomFactor } = this.#times;
    const rest = Math.min(this.#next * (1 + Math.random() * randomFactor), max);
    this.#next = Math.min(this.#next * 2, max);
    return rest;
  }

  /** Begins anew where this place is beyond the last one. */
  at(place: number): void {
    if (place > this.#place) this.#next = this.#times.min;
    this.#place = place;
  }
}
