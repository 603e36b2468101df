// What becomes of several readings of a number: the aggregates of a predictor's windows and of time series.

import { quantileSorted } from "simple-statistics";
import { LARGEST } from "./exact-sum.ts";
import { isRawNumber, type JsonValue } from "./json/json.ts";

/** Percentiles are such as `p95`. */
export type Aggregate =
  | "last"
  | "mean"
  | "min"
  | "max"
  | "sum"
  | "std"
  | "slope"
  | "count"
  | "rate"
  | `p${number}`;

const named: ReadonlySet<string> = new Set([
  "last",
  "mean",
  "min",
  "max",
  "sum",
  "std",
  "slope",
  "count",
  "rate",
]);

export const isAggregate = (text: string): text is Aggregate =>
  named.has(text) || percentileOf(text) !== undefined;

/** Between 0 and 100, of a text such as `p95` or `p99.9`; `undefined` where it is none. */
export function percentileOf(text: string): number | undefined {
  const [, digits] = /^p(\d{1,3}(?:\.\d{1,6})?)$/.exec(text) ?? [];
  const percentile = Number(digits);
  return percentile <= 100 ? percentile : undefined;
}

/** Interpolated linearly between neighbours; NaN of nothing. */
export const percentileOfSorted = (sorted: ArrayLike<number>, percentile: number): number =>
  sorted.length === 0 ? Number.NaN : quantileSorted(sorted as number[], percentile / 100);

/** What can be computed with: numbers as doubles, and booleans as 0 and 1; `undefined` for all else, and beyond ±{@link LARGEST}. */
export function numberIn(value: JsonValue): number | undefined {
  if (typeof value === "boolean") return value ? 1 : 0;
  const number = isRawNumber(value) ? Number(value.rawJSON) : value;
  // Adding 0 makes -0 a 0, since JSON has but one.
  return typeof number === "number" && Math.abs(number) <= LARGEST ? number + 0 : undefined;
}
