// How much numbers rise.

import fc from "fast-check";
import { expect, test } from "vitest";
import { Trend } from "../../src/base/trend.ts";

type Point = readonly [time: number, number: number];
const start = Date.UTC(2026, 0, 1);

function of(...points: readonly Point[]): Trend {
  const trend = new Trend();
  for (const [time, number] of points) trend.add(time, number);
  return trend;
}

test("a slope is by the second and takes times of today", () => {
  const rising = [0, 1_000, 2_000, 5_000].map((passed): Point => [start + passed, 10 + passed / 500]);
  expect(of(...rising).slopePerSecond).toBe(2);
  expect(of([0, 1], [1_000, 3], [2_000, 2]).slopePerSecond).toBe(0.5);
  expect(of([start, 0.1], [start + 1, 0.1], [start + 2, 0.1]).slopePerSecond).toBe(0);
  expect(of([start, 1], [start, 2]).slopePerSecond).toBeNaN();
  expect(of().slopePerSecond).toBeNaN();
});

test("what was taken out leaves no trace", () => {
  const point = fc.tuple(
    fc.integer({ min: start, max: start + 1e10 }),
    fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e100, max: 1e100 }).map((value) => value + 0),
  );
  fc.assert(
    fc.property(fc.array(point), fc.array(point), (gone, kept) => {
      const moved = of(...gone, ...kept);
      for (const [time, number] of gone) moved.remove(time, number);
      expect(moved.slopePerSecond).toBe(of(...kept).slopePerSecond);
    }),
  );
});
