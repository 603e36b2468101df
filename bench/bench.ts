// What a workload is given, and the rows it makes of what it measured.

import type { Beside } from "./interleave.ts";
import type { Measured } from "./load/measured.ts";
import type { BenchRow, Rounds } from "./row.ts";
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
export function rowsOf(name: string, unit: string, target: number, measured: Beside): BenchRow[] {
  const { ours, limit } = measured;
  const rounds = (figure: "rate" | "p50" | "p99") => ({ rounds: roundsOf(measured, figure) });
  const ratio = ours.rate / limit.rate;
  return [
    { name, value: ours.rate, unit, limit: limit.rate, ratio, target, ...rounds("rate") },
    { name: `${name}, p50`, value: ours.p50, unit: "ms", limit: limit.p50, ...rounds("p50") },
    { name: `${name}, p99`, value: ours.p99, unit: "ms", limit: limit.p99, ...rounds("p99") },
  ];
}

/** One figure of all rounds. */
export const roundsOf = (
  { rounds: { ours, limit } }: Pick<Beside, "rounds">,
  figure: keyof Pick<Measured, "rate" | "p50" | "p99">,
): Rounds => ({ value: ours.map((round) => round[figure]), limit: limit.map((round) => round[figure]) });
