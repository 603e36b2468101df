import { expect, test } from "vitest";
import { adjustedRand } from "./quality/clusters.ts";
import { averagePrecision, rocAuc } from "./quality/ranking.ts";

// Expected figures are those of scikit-learn's metrics.

test("the area under the curve is the share of pairs in the right order", () => {
  expect(rocAuc([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1])).toBeCloseTo(0.75, 9);
  expect(rocAuc([1, 1, 1, 1], [0, 0, 1, 1])).toBeCloseTo(0.5, 9);
});

test("average precision counts ties together", () => {
  expect(averagePrecision([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1])).toBeCloseTo(0.8333333, 6);
  expect(averagePrecision([1, 1, 1, 1], [0, 0, 1, 1])).toBeCloseTo(0.5, 9);
});

test("the adjusted Rand index does not go by the numbers of clusters", () => {
  expect(adjustedRand([0, 0, 1, 1], [1, 1, 0, 0])).toBeCloseTo(1, 9);
  expect(adjustedRand([0, 0, 1, 2], [0, 0, 1, 1])).toBeCloseTo(0.5714285, 6);
});
