/** Steps grow by 4 %, so that what is told is at most 2 % beside what was. */
const STEP = Math.log(1.04);
/** From a microsecond to two hours. */
const STEPS = 580;
const GENERATION_MS = 300_000;

/** Percentiles of the latest durations, those of 5 to 10 minutes; memory of 5 kB. Times are milliseconds of a clock that never goes back. */
export class Latencies {
  #young = new Uint32Array(STEPS);
  #old = new Uint32Array(STEPS);
  #until = 0;

  add(ms: number, now: number): void {
    this.#age(now);
    const step = ms > 0.001 ? Math.min(STEPS - 1, Math.ceil(Math.log(ms * 1_000) / STEP)) : 0;
    this.#young[step] = (this.#young[step] as number) + 1;
  }

  /** In milliseconds, for each of the shares between 0 and 1 (ascending); `undefined` where there is nothing. */
  quantiles(shares: readonly number[], now: number): readonly (number | undefined)[] {
    this.#age(now);
    const count = total(this.#young) + total(this.#old);
    if (count === 0) return shares.map(() => undefined);
    let step = -1;
    let passed = 0;
    return shares.map((share) => {
      while (passed < share * count) {
        step++;
        passed += (this.#young[step] as number) + (this.#old[step] as number);
      }
      return Math.exp((step - 0.5) * STEP) / 1_000;
    });
  }

  #age(now: number): void {
    if (now < this.#until) return;
    const isRecent = now < this.#until + GENERATION_MS;
    const cleared = this.#old.fill(0);
    this.#old = isRecent ? this.#young : cleared;
    this.#young = isRecent ? cleared : this.#young.fill(0);
    this.#until = now + GENERATION_MS;
  }
}

function total(counts: Uint32Array): number {
  let sum = 0;
  for (let i = 0; i < counts.length; i++) sum += counts[i] as number;
  return sum;
}
