/** A moment, by two clocks, in milliseconds. */
export interface Moment {
  /** Since the epoch, for what people are told: it goes back when the clock is set. */
  readonly wall: number;
  /** Since some beginning, for ages and rates: it never goes back. */
  readonly steady: number;
}

export const thisMoment = (): Moment => ({ wall: Date.now(), steady: performance.now() });
