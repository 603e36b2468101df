import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Comparison } from "../../../src/predictions/monitoring/statistics/comparison.ts";
import { kolmogorovProbability } from "../../../src/predictions/monitoring/statistics/kolmogorov.ts";
import { referenceOf } from "../../../src/predictions/monitoring/statistics/reference.ts";
import { Sample } from "../../../src/predictions/monitoring/statistics/sample.ts";
import { populationStability } from "../../../src/predictions/monitoring/statistics/stability.ts";

interface Compared {
  readonly name: string;
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly statistic: number;
  readonly exact: number;
  readonly limit: number;
}
const file = new URL("reference/reference.json", import.meta.url);
const { comparisons } = JSON.parse(readFileSync(file, "utf8")) as { comparisons: readonly Compared[] };

function differenceOf(before: readonly number[], after: readonly number[]) {
  const sample = new Sample(before.length);
  for (const value of before) sample.add(value);
  const comparison = new Comparison(referenceOf(sample));
  for (const value of after) comparison.add(value);
  return comparison.close();
}

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i + 1);
const times = (count: number, value: number): readonly number[] => new Array<number>(count).fill(value);

describe.each(comparisons)("of $name", ({ before, after, statistic, exact, limit }) => {
  test("the Kolmogorov–Smirnov statistic is SciPy's", () => {
    expect(differenceOf(before, after).ks).toBeCloseTo(statistic, 12);
  });

  test("its probability is SciPy's but for a few hundredths", () => {
    const { p } = differenceOf(before, after);
    if (exact > 1e-3) {
      expect(p).toBeGreaterThan(exact * 0.85);
      expect(p).toBeLessThan(exact * 1.1);
      expect(Math.abs((p as number) - limit)).toBeLessThan(0.05);
    } else expect(p).toBeLessThan(1e-20);
  });
});

test("samples without any difference have the probability 1", () => {
  expect(kolmogorovProbability(0, 1000, 500)).toBe(1);
});

describe("the population stability index", () => {
  test("is the sum that is computed by hand", () => {
    // 0.1 · ln(0.6 / 0.5) − 0.1 · ln(0.4 / 0.5)
    expect(populationStability([0.5, 0.5], [0.6, 0.4])).toBeCloseTo(0.0405465, 7);
  });

  test("counts an empty bin as one that holds 0.0001", () => {
    // −0.1 · ln(0.8 / 0.9) + 0.0999 · ln(0.1 / 0.0001)
    expect(populationStability([0.9, 0.1, 0], [0.8, 0.1, 0.1])).toBeCloseTo(0.701863, 6);
  });

  test("of a column is that of the deciles of its baseline", () => {
    // the lower five of ten bins hold 0.2 each: 5 · 0.1 · ln 2 + 5 · 0.0999 · ln(0.1 / 0.0001)
    expect(differenceOf(upTo(1000), upTo(500)).psi).toBeCloseTo(3.796997, 5);
    expect(differenceOf(upTo(1000), upTo(1000)).psi).toBeCloseTo(0, 12);
  });

  test("takes a decile into the bin that ends with it", () => {
    // 100 is in the first of ten bins, 101 in the second: all at 100 leaves the other nine empty
    const expected = 0.9 * Math.log(10) + 9 * 0.0999 * Math.log(1000);
    expect(differenceOf(upTo(1000), times(50, 100)).psi).toBeCloseTo(expected, 9);
    expect(differenceOf(upTo(1000), times(50, 101)).psi).toBeCloseTo(expected, 9);
    const half = 2 * 0.4 * Math.log(5) + 8 * 0.0999 * Math.log(1000);
    expect(differenceOf(upTo(1000), [...times(25, 100), ...times(25, 101)]).psi).toBeCloseTo(half, 9);
  });

  test("of a column of zeros for the most part has one bin for them", () => {
    const before = [...times(700, 0), ...upTo(300)];
    expect(differenceOf(before, before).psi).toBeCloseTo(0, 12);
    // bins: up to 0 (0.7), 100, 200, above (0.1 each)
    const expected = 0.3 * Math.log(1 / 0.7) + 3 * 0.0999 * Math.log(1000);
    expect(differenceOf(before, times(50, 0)).psi).toBeCloseTo(expected, 9);
  });

  test("of a column of few values compares their shares, and has a bin for what was never seen", () => {
    const before = [...times(80, 0), ...times(20, 1)];
    expect(differenceOf(before, [...times(60, 0), ...times(40, 1)]).psi).toBeCloseTo(
      -0.2 * Math.log(0.6 / 0.8) + 0.2 * Math.log(0.4 / 0.2),
      9,
    );
    expect(differenceOf(before, [...times(80, 0), ...times(20, 0.5)]).psi).toBeCloseTo(
      0.1999 * Math.log(0.2 / 0.0001) + 0.1999 * Math.log(0.2 / 0.0001),
      9,
    );
  });

  test("has a bin for what is not a number", () => {
    const before = [...upTo(90), ...times(10, Number.NaN)];
    const after = [...upTo(90), ...upTo(45), ...times(65, Number.NaN)];
    const share = 65 / 200;
    expect(differenceOf(before, before).psi).toBeCloseTo(0, 12);
    expect(differenceOf(before, after).psi).toBeGreaterThan((share - 0.1) * Math.log(share / 0.1));
  });
});

test("the probability leaves out what is not a number", () => {
  const after = upTo(100).map((value) => value + 20);
  expect(differenceOf([...upTo(100), Number.NaN], [...times(30, Number.NaN), ...after])).toMatchObject({
    ks: differenceOf(upTo(100), after).ks,
    p: differenceOf(upTo(100), after).p,
  });
});

test("a constant that changes is a difference, whether it becomes smaller or larger", () => {
  for (const value of [4, 6]) {
    const { psi, ks } = differenceOf(times(100, 5), times(50, value));
    expect(psi).toBeCloseTo(2 * 0.9999 * Math.log(10_000), 9);
    expect(ks).toBe(1);
  }
  expect(differenceOf(times(100, 5), times(50, 5))).toEqual({ psi: 0, ks: 0, p: 1 });
});

test("infinite values are beyond all others", () => {
  expect(differenceOf(upTo(100), times(20, Number.POSITIVE_INFINITY)).ks).toBe(1);
});

test("of fewer than ten values nothing is said", () => {
  expect(differenceOf(upTo(100), upTo(9))).toEqual({});
  expect(differenceOf(upTo(9), upTo(100)).ks).toBeUndefined();
  expect(differenceOf(times(20, Number.NaN), times(20, Number.NaN))).toEqual({ psi: 0 });
});

test("a window begins without what was in the one before", () => {
  const sample = new Sample(100);
  for (const value of upTo(100)) sample.add(value);
  const comparison = new Comparison(referenceOf(sample));
  for (const value of upTo(100)) comparison.add(value + 50);
  comparison.close();
  for (const value of upTo(100)) comparison.add(value);

  expect(comparison.close().ks).toBe(0);
});
