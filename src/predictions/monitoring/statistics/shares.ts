/** How much each column contributes, as the mean of its share in the absolute contributions of a prediction. */
export class MeanShares {
  readonly #sums: Float64Array;
  #count = 0;

  constructor(sums: Float64Array, count = 0) {
    this.#sums = sums;
    this.#count = count;
  }

  get count(): number {
    return this.#count;
  }

  /** Takes the contributions to one prediction; what is not one finite number for each column, or all zero, is left out. */
  add(contributions: readonly unknown[]): void {
    if (contributions.length !== this.#sums.length) return;
    let total = 0;
    for (const one of contributions) total += typeof one === "number" ? Math.abs(one) : Number.NaN;
    if (!(total > 0 && total < Number.POSITIVE_INFINITY)) return;
    for (let i = 0; i < this.#sums.length; i++)
      this.#sums[i] = (this.#sums[i] as number) + Math.abs(contributions[i] as number) / total;
    this.#count++;
  }

  /** One for each column, together 1; `undefined` where nothing was added. */
  shares(): readonly number[] | undefined {
    return this.#count === 0 ? undefined : Array.from(this.#sums, (sum) => sum / this.#count);
  }

  clear(): void {
    this.#sums.fill(0);
    this.#count = 0;
  }

  save(): { readonly sums: readonly number[]; readonly count: number } {
    return { sums: [...this.#sums], count: this.#count };
  }
}

/** The total variation distance of two lists of shares: what would have to move for them to be equal; 0 to 1. */
export const totalVariation = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, share, i) => sum + Math.abs(share - (b[i] ?? 0)), 0) / 2;
