// How far readings are apart in time, learned as they come.

import type { Layout } from "../packed.ts";

/** So many distances are remembered. */
const MEMORY = 50;

export interface ReadingInterval {
  learn(state: Float64Array, now: number): void;
  /** Milliseconds; 0 while it is not known. */
  of(state: Float64Array): number;
}

/** Time that stands still or goes backwards tells nothing. */
export function readingIntervalIn(layout: Layout): ReadingInterval {
  const [last, interval, count] = [layout.take(1), layout.take(1), layout.take(1)];
  return {
    learn(state, now) {
      const elapsed = now - (state[last] as number);
      state[last] = now;
      const seen = state[count] as number;
      if (seen === 0) state[count] = 1;
      if (seen === 0 || elapsed <= 0) return;
      state[count] = Math.min(MEMORY, seen + 1);
      state[interval] = (state[interval] as number) + (elapsed - (state[interval] as number)) / seen;
    },
    of: (state) => state[interval] as number,
  };
}
