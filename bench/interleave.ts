// A busy machine is slower one second than the next, so what is compared is measured in turns, and medians count.

import type { Measured } from "./load/measured.ts";

/** What was measured in turns: the medians of both sides, and what they were made of. */
export interface Beside {
  readonly ours: Measured;
  readonly limit: Measured;
  readonly rounds: { readonly ours: readonly Measured[]; readonly limit: readonly Measured[] };
}

/** Measures both sides `rounds` times in turn and returns the median of each figure. */
export async function interleave(
  rounds: number,
  ours: () => Promise<Measured>,
  limit: () => Promise<Measured>,
): Promise<Beside> {
  const [a, b]: [Measured[], Measured[]] = [[], []];
  for (let i = 0; i < rounds; i++) {
    a.push(sound(await ours()));
    b.push(sound(await limit()));
  }
  return { ours: medians(a), limit: medians(b), rounds: { ours: a, limit: b } };
}

/** A round with failures measures the wrong thing. */
export function sound<M extends Measured>(measured: M): M {
  if (measured.failures === 0) return measured;
  throw new Error(`${measured.failures} answers were no success, the first: ${measured.firstFailure}`);
}

const medians = (rounds: readonly Measured[]): Measured => ({
  rate: median(rounds.map(({ rate }) => rate)),
  p50: median(rounds.map(({ p50 }) => p50)),
  p99: median(rounds.map(({ p99 }) => p99)),
  failures: 0,
});

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? 0)) / 2;
}
