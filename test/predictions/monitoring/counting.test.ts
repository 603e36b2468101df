import { describe, expect, test } from "vitest";
import { Latencies } from "../../../src/predictions/monitoring/statistics/latency.ts";
import { Rate } from "../../../src/predictions/monitoring/statistics/rate.ts";
import { rounded } from "../../../src/predictions/monitoring/statistics/rounded.ts";
import { MeanShares, totalVariation } from "../../../src/predictions/monitoring/statistics/shares.ts";
import { SlidingCounts } from "../../../src/predictions/monitoring/statistics/sliding-counts.ts";

const START = Date.parse("2026-01-01T00:00:03Z");
const SECOND = 1_000;
const MINUTE = 60 * SECOND;

describe("a rate", () => {
  test("is told of the last minute and of the last 15", () => {
    const rate = new Rate(START);
    for (let second = 0; second < 840; second++) rate.add(START + second * SECOND);
    for (let i = 0; i < 600; i++) rate.add(START + 14 * MINUTE + i * 100);
    const now = START + 15 * MINUTE;

    expect(rate.perSecond(now, 1)).toBeGreaterThan(8.5);
    expect(rate.perSecond(now, 1)).toBeLessThan(10.1);
    expect(rate.perSecond(now, 15)).toBeCloseTo(1440 / 900, 2);
  });

  test("counts from the beginning while less time has passed", () => {
    const rate = new Rate(START);
    for (let i = 0; i < 20; i++) rate.add(START + i);

    expect(rate.perSecond(START + 4 * SECOND, 15)).toBe(5);
  });

  test("forgets what was before", () => {
    const rate = new Rate(START);
    rate.add(START);

    expect(rate.perSecond(START + 70 * SECOND, 1)).toBe(0);
    expect(rate.perSecond(START + 70 * SECOND, 15)).toBeGreaterThan(0);
    expect(rate.perSecond(START + 16 * MINUTE, 15)).toBe(0);
    rate.add(START + 86_400 * SECOND);
    expect(rate.perSecond(START + 86_401 * SECOND, 15)).toBeCloseTo(1 / 900, 4);
  });
});

describe("latencies", () => {
  test("are told as percentiles, right to 2 %", () => {
    const latencies = new Latencies();
    for (let i = 1; i <= 1_000; i++) latencies.add(i / 10, START);

    const quantiles = latencies.quantiles([0.5, 0.95, 0.99], START) as readonly number[];

    for (const [i, expected] of [50, 95, 99].entries())
      expect(Math.abs((quantiles[i] as number) / expected - 1)).toBeLessThan(0.0201);
  });

  test("are forgotten after ten minutes at the latest, and no sooner than after five", () => {
    const latencies = new Latencies();
    latencies.add(1_000, START);
    latencies.add(1, START + 5 * MINUTE);

    expect(latencies.quantiles([0.99], START + 9 * MINUTE)[0]).toBeGreaterThan(900);
    expect(latencies.quantiles([0.99], START + 10 * MINUTE)[0]).toBeLessThan(2);
    expect(latencies.quantiles([0.99], START + 30 * MINUTE)).toEqual([undefined]);
  });

  test("are all forgotten where nothing has come for long", () => {
    const latencies = new Latencies();
    latencies.add(1_000, START);
    latencies.add(1, START + 60 * MINUTE);

    expect(latencies.quantiles([1], START + 60 * MINUTE)[0]).toBeLessThan(2);
  });

  test("of nothing are not told, and those out of all bounds are counted at the end", () => {
    const latencies = new Latencies();
    expect(latencies.quantiles([0.5], START)).toEqual([undefined]);
    latencies.add(Number.NaN, START);
    latencies.add(-1, START);
    latencies.add(1e15, START);

    expect(latencies.quantiles([0.5, 1], START)).toEqual([expect.closeTo(0, 2), expect.any(Number)]);
  });
});

describe("counts of the newest trials", () => {
  test("are exact while the window is not full", () => {
    const counts = new SlidingCounts(2, 100);
    for (let i = 0; i < 50; i++) {
      counts.begin();
      if (i % 5 === 0) counts.count(1);
    }

    expect([counts.trials, counts.sum(0), counts.sum(1)]).toEqual([50, 0, 10]);
  });

  test("forget the oldest tenth of the window at once", () => {
    const counts = new SlidingCounts(1, 100);
    for (let i = 0; i < 1_000; i++) {
      counts.begin();
      if (i < 905) counts.count(0);
      expect(counts.trials).toBeLessThanOrEqual(100);
      if (i > 100) expect(counts.trials).toBeGreaterThan(90);
    }

    expect([counts.trials, counts.sum(0)]).toEqual([100, 5]);
  });
});

describe("shares of contributions", () => {
  test("are those of their absolute values, of the mean prediction", () => {
    const shares = new MeanShares(new Float64Array(2));
    shares.add([3, -1]);
    shares.add([0, 10]);

    expect(shares.shares()).toEqual([0.375, 0.625]);
  });

  test("leave out what is not a finite number for each column", () => {
    const shares = new MeanShares(new Float64Array(2));
    for (const unfit of [[1], [1, "2"], [0, 0], [1, Number.NaN], [Number.POSITIVE_INFINITY, 1]])
      shares.add(unfit);

    expect(shares.shares()).toBeUndefined();
  });

  test("differ by what would have to move", () => {
    expect(totalVariation([0.5, 0.3, 0.2], [0.2, 0.3, 0.5])).toBeCloseTo(0.3, 12);
    expect(totalVariation([1, 0], [0, 1])).toBe(1);
  });
});

test("figures are told with four digits, and as null where there is none", () => {
  expect([0.123456, 123_456.7, 0, undefined, Number.NaN].map(rounded)).toEqual([
    0.1235,
    123_500,
    0,
    null,
    null,
  ]);
});
