// Readings of one stretch of time, and what they come to together.

import { type Aggregate, numberIn, percentileOf, percentileOfSorted } from "../../base/aggregates.ts";
import type { JsonValue } from "../../base/json/json.ts";
import { Moments } from "../../base/moments.ts";
import { Trend } from "../../base/trend.ts";

/** So many numbers are kept at once for a percentile: as many as are sorted within a few milliseconds. */
const MAX_KEPT = 50_000;

/** Counts all readings and knows the last of any type; other figures are of the numbers and booleans among them. */
export class Bucket {
  /** Milliseconds since the epoch. */
  readonly start: number;
  readonly #ms: number;
  readonly #aggregate: Aggregate;
  readonly #keeps: boolean;
  readonly #moments = new Moments();
  readonly #trend: Trend | undefined;
  readonly #numbers: number[] = [];
  #newest = Number.NEGATIVE_INFINITY;
  #least = Number.POSITIVE_INFINITY;
  #greatest = Number.NEGATIVE_INFINITY;
  #last: JsonValue = null;
  #count = 0;

  constructor(start: number, ms: number, aggregate: Aggregate) {
    this.start = start;
    this.#ms = ms;
    this.#aggregate = aggregate;
    this.#keeps = percentileOf(aggregate) !== undefined;
    this.#trend = aggregate === "slope" ? new Trend() : undefined;
  }

  get count(): number {
    return this.#count;
  }

  /** Whether it can take no more, at a later time than that of its newest number. */
  isFullAt(time: number): boolean {
    return this.#numbers.length >= MAX_KEPT && this.#newest !== time;
  }

  add(time: number, value: JsonValue): void {
    this.#count++;
    this.#last = value;
    const number = numberIn(value);
    if (number === undefined) return;
    this.#moments.add(number);
    this.#least = Math.min(this.#least, number);
    this.#greatest = Math.max(this.#greatest, number);
    this.#trend?.add(time, number);
    this.#newest = time;
    if (this.#keeps) this.#numbers.push(number);
  }

  /** Null where the readings do not tell, as texts have no mean. */
  get value(): JsonValue {
    if (this.#aggregate === "last") return this.#last;
    const figure = this.#figure();
    return Number.isFinite(figure) ? figure : null;
  }

  #figure(): number {
    switch (this.#aggregate) {
      case "count":
        return this.#count;
      case "rate":
        return (this.#count * 1_000) / this.#ms;
      case "sum":
        return this.#moments.count > 0 ? this.#moments.sum : Number.NaN;
      case "mean":
        return this.#moments.mean;
      case "std":
        return this.#moments.std;
      case "min":
        return this.#least;
      case "max":
        return this.#greatest;
      case "slope":
        return this.#trend?.slopePerSecond ?? Number.NaN;
      default:
        return this.#percentile(percentileOf(this.#aggregate) ?? Number.NaN);
    }
  }

  #percentile(percentile: number): number {
    return percentileOfSorted(Float64Array.from(this.#numbers).sort(), percentile);
  }
}
