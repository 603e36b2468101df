// A window over the readings of a path, and what they come to together.

import { type Aggregate, percentileOf, percentileOfSorted } from "../../base/aggregates.ts";
import { Moments } from "../../base/moments.ts";
import { SortedNumbers } from "../../base/sorted-numbers.ts";
import { Trend } from "../../base/trend.ts";
import type { Extent } from "./bounds.ts";
import { Least } from "./extreme.ts";
import type { Series } from "./series.ts";

/**
 * The newest readings up to a number, or those of the last milliseconds, `(now − ms, now]`, up to a number as well. What is not a
 * number counts as a reading, and nowhere else. All figures depend on the readings in the window alone, not on how it came to
 * them, and are kept as readings come and go: none is counted together anew when it is asked for.
 */
export class Window {
  readonly #series: Series;
  readonly #count: number;
  readonly #ms: number;
  readonly #moments: Moments | undefined;
  readonly #least: Least | undefined;
  readonly #greatest: Least | undefined;
  readonly #trend: Trend | undefined;
  readonly #sorted: SortedNumbers | undefined;
  #start: number;
  #end: number;

  /** Over what the series holds, where it is of time of the newest so many; of {@link figure} only these aggregates are asked for. */
  constructor(series: Series, bound: Extent, ofTime: number, aggregates: readonly Aggregate[]) {
    const isAsked = (...some: readonly Aggregate[]) => some.some((name) => aggregates.includes(name));
    this.#series = series;
    this.#count = "count" in bound ? bound.count : ofTime;
    this.#ms = "ms" in bound ? bound.ms : Number.POSITIVE_INFINITY;
    this.#moments = isAsked("mean", "sum", "std") ? new Moments() : undefined;
    this.#least = isAsked("min") ? new Least() : undefined;
    this.#greatest = isAsked("max") ? new Least() : undefined;
    this.#trend = isAsked("slope") ? new Trend() : undefined;
    const hasPercentile = aggregates.some((name) => percentileOf(name) !== undefined);
    this.#sorted = hasPercentile ? new SortedNumbers() : undefined;
    this.#start = series.first;
    this.#end = series.first;
  }

  /** Goes to a moment, in milliseconds; after the series has a new reading, or as time goes by. */
  moveTo(now: number): void {
    const since = now - this.#ms;
    if (this.#mustGoBack(since)) this.#empty();
    const start = this.#series.end - this.#count;
    if (this.#start === this.#end) this.#skipTo(Math.max(start, this.#series.firstAfter(since)));
    while (this.#end < this.#series.end) this.#take(this.#end++);
    while (this.#start < this.#end && (this.#start < start || this.#series.timeAt(this.#start) <= since))
      this.#drop(this.#start++);
    this.#least?.forgetBefore(this.#start);
    this.#greatest?.forgetBefore(this.#start);
  }

  /** An earlier moment than the one before may need readings that had left. */
  #mustGoBack(since: number): boolean {
    const { first, end } = this.#series;
    const before = this.#start - 1;
    return before >= Math.max(first, end - this.#count) && this.#series.timeAt(before) > since;
  }

  /** Passes over what an empty window need not take in, as it would be dropped. */
  #skipTo(place: number): void {
    this.#start = Math.max(this.#start, place);
    this.#end = this.#start;
  }

  #empty(): void {
    this.#moments?.clear();
    this.#least?.clear();
    this.#greatest?.clear();
    this.#trend?.clear();
    this.#sorted?.clear();
    this.#start = this.#series.first;
    this.#end = this.#series.first;
  }

  #take(place: number): void {
    const number = this.#series.valueAt(place);
    if (Number.isNaN(number)) return;
    this.#moments?.add(number);
    this.#least?.push(place, number);
    this.#greatest?.push(place, -number);
    this.#trend?.add(this.#series.timeAt(place), number);
    this.#sorted?.add(number);
  }

  #drop(place: number): void {
    const number = this.#series.valueAt(place);
    if (Number.isNaN(number)) return;
    this.#moments?.remove(number);
    this.#trend?.remove(this.#series.timeAt(place), number);
    this.#sorted?.remove(number);
  }

  /** The place of the newest reading in the window; `undefined` where it is empty. */
  get newest(): number | undefined {
    return this.#start < this.#end ? this.#end - 1 : undefined;
  }

  /** NaN where the readings do not tell, as nothing has no mean. `now` is that of {@link moveTo}. */
  figure(aggregate: Aggregate, now: number): number {
    const moments = this.#moments;
    switch (aggregate) {
      case "last":
        return this.newest === undefined ? Number.NaN : this.#series.valueAt(this.newest);
      case "mean":
        return moments?.count ? moments.mean : Number.NaN;
      case "sum":
        return moments?.count || this.newest === undefined ? (moments?.sum ?? 0) : Number.NaN;
      case "std":
        return moments?.std ?? Number.NaN;
      case "min":
        return this.#least?.value ?? Number.NaN;
      case "max":
        return -(this.#greatest?.value ?? Number.NaN);
      case "count":
        return this.#end - this.#start;
      case "rate":
        return this.#rate(now);
      case "slope":
        return this.#trend?.slopePerSecond ?? Number.NaN;
      default:
        return percentileOfSorted(this.#sorted?.inOrder ?? [], percentileOf(aggregate) ?? Number.NaN);
    }
  }

  /** Readings in a second; of a window by number, after its oldest until now. */
  #rate(now: number): number {
    const readings = this.#end - this.#start;
    if (this.#ms !== Number.POSITIVE_INFINITY) return (readings * 1_000) / this.#ms;
    const passed = readings > 0 ? now - this.#series.timeAt(this.#start) : 0;
    return passed > 0 ? ((readings - 1) * 1_000) / passed : Number.NaN;
  }
}
