// How fast messages are done with: the start is left out, in which a client joins its group and makes its first requests.

import type { FillJob } from "./fill.ts";

/** What a bare consumer is told: where a broker keeps messages only for those who asked before, it subscribes first. */
export interface ConsumeJob extends FillJob {
  readonly do: "subscribe" | "consume";
}

/** This share of the messages comes before the clock starts. */
const START = 0.1;

/** Takes the rate of a number that grows until all is done. */
export class Consumption {
  readonly #count: number;
  #from: { readonly at: number; readonly done: number } | undefined;
  #until = 0;

  constructor(count: number) {
    this.#count = count;
  }

  /** So many are done by now; gives whether that is all. */
  note(done: number): boolean {
    const at = performance.now();
    if (done >= this.#count * START) this.#from ??= { at, done };
    this.#until = at;
    return done >= this.#count;
  }

  /** Messages per second. */
  get rate(): number {
    const { at, done } = this.#from ?? { at: 0, done: 0 };
    return ((this.#count - done) / (this.#until - at)) * 1_000;
  }
}

/** Counts messages one by one, as a bare consumer does. */
export function countedOne(count: number): { readonly rate: Promise<number>; one(): void } {
  const consumption = new Consumption(count);
  const { promise, resolve } = Promise.withResolvers<number>();
  const start = Math.ceil(count * START);
  let done = 0;
  return {
    rate: promise,
    one() {
      done++;
      if (done !== start && done !== count) return;
      if (consumption.note(done)) resolve(consumption.rate);
    },
  };
}
