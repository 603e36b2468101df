// How much numbers rise, of numbers that come and go.

import { addProduct, addProductOfDigits, ExactSum } from "./exact-sum.ts";

/**
 * The line of least squares through numbers up to `LARGEST` in magnitude, at times in whole milliseconds. What it is does not
 * depend on what was there before: nothing is rounded before the end.
 */
export class Trend {
  readonly #times = new ExactSum();
  readonly #squares = new ExactSum();
  readonly #numbers = new ExactSum();
  readonly #products = new ExactSum();
  #count = 0;

  add(time: number, number: number): void {
    this.#count++;
    this.#sum(time, number, 1);
  }

  /** Takes out one that was added. */
  remove(time: number, number: number): void {
    this.#count--;
    this.#sum(time, number, -1);
  }

  #sum(time: number, number: number, sign: 1 | -1): void {
    this.#times.add(sign * time);
    this.#numbers.add(sign * number);
    addProduct(this.#squares, sign * time, time);
    addProduct(this.#products, sign * time, number);
  }

  clear(): void {
    this.#count = 0;
    for (const sum of [this.#times, this.#squares, this.#numbers, this.#products]) sum.clear();
  }

  /** In a second; NaN where the numbers are of fewer than two times. */
  get slopePerSecond(): number {
    const times = this.#times.digits;
    const spread = this.#spread(this.#squares, times, times);
    if (!(spread > 0)) return Number.NaN;
    return (this.#spread(this.#products, times, this.#numbers.digits) / spread) * 1_000;
  }

  /** n Σxy − Σx Σy, rounded once. */
  #spread(products: ExactSum, x: readonly number[], y: readonly number[]): number {
    const spread = new ExactSum();
    addProductOfDigits(spread, products.digits, [this.#count]);
    addProductOfDigits(spread, x, y, -1);
    return spread.value;
  }
}
