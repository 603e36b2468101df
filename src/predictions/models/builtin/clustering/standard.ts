// The mean and the variance of each column, to measure distances by.

import type { Layout } from "../packed.ts";

export interface Standard {
  learn(state: Float64Array, column: number, reading: number): void;
  mean(state: Float64Array, column: number): number;
  /** The standard deviation; 1 where the column has never changed. */
  deviation(state: Float64Array, column: number): number;
}

/** @param memory after so many readings older ones count less */
export function standardIn(layout: Layout, columns: number, memory: number): Standard {
  const start = layout.take(3 * columns);
  const at = (state: Float64Array, index: number): number => state[index] as number;
  return {
    learn(state, column, reading) {
      const index = start + 3 * column;
      const count = Math.min(memory, at(state, index) + 1);
      const off = reading - at(state, index + 1);
      state[index] = count;
      state[index + 1] = at(state, index + 1) + off / count;
      state[index + 2] = (1 - 1 / count) * (at(state, index + 2) + (off * off) / count);
    },
    mean: (state, column) => at(state, start + 3 * column + 1),
    deviation: (state, column) => Math.sqrt(at(state, start + 3 * column + 2)) || 1,
  };
}
