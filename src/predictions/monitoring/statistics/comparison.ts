// One column of the window, compared with the baseline's.

import { kolmogorovProbability } from "./kolmogorov.ts";
import { cellOf, type Reference } from "./reference.ts";
import { populationStability } from "./stability.ts";

/** With fewer values on either side nothing is said. */
const ENOUGH = 10;

/** How a column differs from the baseline's; absent is what there are too few values for. */
export interface Difference {
  /** Population stability index. */
  readonly psi?: number;
  /** Kolmogorov–Smirnov statistic of the values that are numbers, and its probability. */
  readonly ks?: number;
  readonly p?: number;
}

export class Comparison {
  readonly #reference: Reference;
  readonly #cells: Uint32Array;
  #count = 0;

  constructor(reference: Reference) {
    this.#reference = reference;
    this.#cells = new Uint32Array(reference.bins.length);
  }

  add(value: number): void {
    const cell = cellOf(this.#reference.distinct, value);
    this.#cells[cell] = (this.#cells[cell] as number) + 1;
    this.#count++;
  }

  /** Ends the window: tells its difference, and begins the next one. */
  close(): Difference {
    const count = this.#count;
    const missing = this.#cells[this.#cells.length - 1] as number;
    const difference: Difference = {
      ...(count >= ENOUGH && { psi: this.#stability(count) }),
      ...this.#distance(count - missing),
    };
    this.#cells.fill(0);
    this.#count = 0;
    return difference;
  }

  #stability(count: number): number {
    const { bins, shares } = this.#reference;
    const actual = new Float64Array(shares.length);
    for (let cell = 0; cell < bins.length; cell++) {
      const bin = bins[cell] as number;
      actual[bin] = (actual[bin] as number) + (this.#cells[cell] as number) / count;
    }
    return populationStability(shares, actual);
  }

  /**
   * The statistic is exact against the sample: between two of its values only the window's distribution grows, so the largest
   * distance is just before or at one of them.
   */
  #distance(count: number): Difference {
    const { distinct, cumulative } = this.#reference;
    const total = cumulative[distinct.length - 1] ?? 0;
    if (count < ENOUGH || total < ENOUGH) return {};
    let ks = 0;
    let passed = 0;
    let before = 0;
    for (let i = 0; i < distinct.length; i++) {
      passed += this.#cells[2 * i] as number;
      ks = Math.max(ks, Math.abs(passed / count - before / total));
      passed += this.#cells[2 * i + 1] as number;
      before = cumulative[i] as number;
      ks = Math.max(ks, Math.abs(passed / count - before / total));
    }
    return { ks, p: kolmogorovProbability(ks, total, count) };
  }
}
