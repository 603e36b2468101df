// What a workload is given, and the rows it makes of what it measured.

import type { Measured } from "./load/measured.ts";
import type { BenchRow } from "./row.ts";
import type { Target } from "./target.ts";

/** A server under load and how long to load it. */
export interface Bench {
  readonly target: Target;
  readonly rounds: number;
  /** Length of one round of one side. */
  readonly roundSeconds: number;
}

/** Measures one thing about a server that was filled before. */
export type Workload = (bench: Bench) => Promise<BenchRow[]>;

/** Rate against its limit, and the two latencies for information. */
export function rowsOf(
  name: string,
  unit: string,
  target: number,
  { ours, limit }: { ours: Measured; limit: Measured },
): BenchRow[] {
  return [
    { name, value: ours.rate, unit, limit: limit.rate, ratio: ours.rate / limit.rate, target },
    { name: `${name}, p50`, value: ours.p50, unit: "ms", limit: limit.p50 },
    { name: `${name}, p99`, value: ours.p99, unit: "ms", limit: limit.p99 },
  ];
}
