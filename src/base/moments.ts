// Sum, mean and standard deviation of numbers that come and go.

import { addProduct, addProductOfDigits, ExactSum } from "./exact-sum.ts";

/** Of numbers up to `LARGEST` in magnitude, at most 10^9 of them. What they are together does not depend on what was there before. */
export class Moments {
  readonly #sum = new ExactSum();
  readonly #squares = new ExactSum();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(number: number): void {
    this.#count++;
    this.#sum.add(number);
    addProduct(this.#squares, number, number);
  }

  /** Takes out one that was added. */
  remove(number: number): void {
    this.#count--;
    this.#sum.add(-number);
    addProduct(this.#squares, -number, number);
  }

  clear(): void {
    this.#count = 0;
    this.#sum.clear();
    this.#squares.clear();
  }

  get sum(): number {
    return this.#sum.value;
  }

  /** NaN of nothing. */
  get mean(): number {
    return this.#sum.value / this.#count;
  }

  /** The sample standard deviation; NaN of fewer than two. Exactly 0 of equal numbers; differences below 10^-150 count as none. */
  get std(): number {
    if (this.#count < 2) return Number.NaN;
    const variance = this.#spread() / (this.#count * (this.#count - 1));
    return Math.sqrt(Math.max(0, variance));
  }

  /** n Σx² − (Σx)², rounded once, since the two may be equal in all digits but the last. */
  #spread(): number {
    const sum = this.#sum.digits;
    const spread = new ExactSum();
    addProductOfDigits(spread, this.#squares.digits, [this.#count]);
    addProductOfDigits(spread, sum, sum, -1);
    return spread.value;
  }
}
