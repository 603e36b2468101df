/** One measured figure, and where there is one, what limits it in the same run. */
export interface BenchRow {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The same unit, measured beside it. */
  readonly limit?: number;
  /** `value / limit`. */
  readonly ratio?: number;
  /** What the ratio, or without one the value, is to reach. */
  readonly target?: number;
  /** What the value is to reach at least, whatever the ratio; there is no target beside it. */
  readonly floor?: number;
  /** What value and limit are the medians of, in the order in which it was measured. */
  readonly rounds?: Rounds;
}

export interface Rounds {
  readonly value: readonly number[];
  readonly limit?: readonly number[];
}
