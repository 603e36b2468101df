/** Durations in milliseconds, kept one by one so that percentiles are exact. */
export class Latencies {
  #values = new Float64Array(1 << 16);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(milliseconds: number): void {
    if (this.#count === this.#values.length) {
      const larger = new Float64Array(this.#values.length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#count++] = milliseconds;
  }

  clear(): void {
    this.#count = 0;
  }

  /** The values at the given fractions, 0 where nothing was measured. */
  at(...fractions: number[]): number[] {
    const sorted = this.#values.slice(0, this.#count).sort();
    return fractions.map((fraction) => sorted[Math.floor(fraction * (sorted.length - 1))] ?? 0);
  }
}
