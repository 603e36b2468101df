import { setImmediate } from "node:timers/promises";
import { median } from "../interleave.ts";
import type { Rounds } from "../row.ts";

/** Does something a number of times and returns how often; what it works out must be used, or it is optimised away. */
export type Batch = () => number;

/** Rates of both sides per second, measured in turns in this process: the median rounds count. */
export async function ratesBeside(
  rounds: number,
  roundSeconds: number,
  ours: Batch,
  limit: Batch,
): Promise<{ ours: number; limit: number; rounds: Rounds }> {
  const [a, b]: [number[], number[]] = [[], []];
  // The first round warms both up.
  for (let round = 0; round <= rounds; round++) {
    a.push(rateOf(ours, roundSeconds));
    b.push(rateOf(limit, roundSeconds));
    await setImmediate();
  }
  const all = { value: a.slice(1), limit: b.slice(1) };
  return { ours: median(all.value), limit: median(all.limit), rounds: all };
}

function rateOf(batch: Batch, seconds: number): number {
  const startedAt = performance.now();
  let done = 0;
  let elapsed = 0;
  while (elapsed < seconds * 1_000) {
    done += batch();
    elapsed = performance.now() - startedAt;
  }
  return (done / elapsed) * 1_000;
}
