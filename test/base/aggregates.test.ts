// What several readings come to.

import { expect, test } from "vitest";
import { isAggregate, numberIn, percentileOf, percentileOfSorted } from "../../src/base/aggregates.ts";
import { rawNumber } from "../../src/base/json/json.ts";

test("aggregates have names, percentiles are numbers up to 100", () => {
  const known = ["last", "mean", "min", "max", "sum", "std", "slope", "count", "rate", "p0", "p99.9", "p100"];
  expect(known.filter(isAggregate)).toEqual(known);
  const unknown = ["", "median", "p", "p101", "p-1", "p1e1", "p99.", "Mean", "toString", "p1000"];
  expect(unknown.filter(isAggregate)).toEqual([]);
  expect([percentileOf("p99.9"), percentileOf("mean")]).toEqual([99.9, undefined]);
});

test("percentiles lie between neighbours", () => {
  const sorted = [1, 2, 3, 10];
  const percentiles = [0, 25, 50, 90, 100].map((percentile) => percentileOfSorted(sorted, percentile));
  expect(percentiles).toEqual([1, 1.75, 2.5, 7.9, 10].map((value) => expect.closeTo(value, 12)));
  expect(percentileOfSorted([], 50)).toBeNaN();
});

test("numbers and booleans can be computed with, as long as they are not too large", () => {
  const values = [1.5, true, false, rawNumber("9007199254740993"), -0, 1e100];
  expect(values.map(numberIn)).toEqual([1.5, 1, 0, 9007199254740992, 0, 1e100]);
  expect(["1", null, [1], {}, 1.1e100].map(numberIn)).toEqual(Array(5).fill(undefined));
});
