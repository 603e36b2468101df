/** Durations in milliseconds, counted in steps of a twentieth: small however many there are. */
export class Histogram {
  readonly #steps = new Map<number, number>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(milliseconds: number): void {
    const step = Math.ceil(Math.log(Math.max(milliseconds, 0.01)) / Math.log(1.05));
    this.#steps.set(step, (this.#steps.get(step) ?? 0) + 1);
    this.#count++;
  }

  /** The duration that the given fraction did not exceed, to a twentieth. */
  at(fraction: number): number {
    let left = fraction * this.#count;
    for (const [step, count] of [...this.#steps].sort(([a], [b]) => a - b)) {
      left -= count;
      if (left <= 0) return 1.05 ** step;
    }
    return 0;
  }

  clear(): void {
    this.#steps.clear();
    this.#count = 0;
  }
}
