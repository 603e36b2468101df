import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { rawNumber } from "../../../src/base/json/json.ts";
import { Groups, groupName } from "../../../src/predictions/monitoring/watch/groups.ts";
import { qualityOf, type Truth } from "../../../src/predictions/monitoring/watch/quality.ts";
import {
  type Remembered,
  RememberedPredictions,
} from "../../../src/predictions/monitoring/watch/remembered.ts";
import { mixed } from "./world.ts";

/** Bytes that are held once all that nobody holds is gone. */
function heapAfterCollecting(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  return process.memoryUsage().heapUsed;
}

const prediction = (timestamp: number, value = 1, version = "1"): Remembered => ({
  ...{ version, timestamp, value },
  group: undefined,
  isJudged: false,
});

function remembering(most = 100, perThing = 10) {
  const unjudged: number[] = [];
  const remembered = new RememberedPredictions(most, perThing, ({ value }) => unjudged.push(value));
  return { remembered, unjudged };
}

const valuesOf = (judged: readonly Remembered[]) => judged.map(({ value }) => value);

describe("a truth judges", () => {
  test("the newest prediction that was made of the thing at its moment or before", () => {
    const { remembered } = remembering();
    for (const at of [10, 20, 30]) remembered.add("a", prediction(at, at));

    expect(valuesOf(remembered.judge("a", 20, 100))).toEqual([20]);
    expect(valuesOf(remembered.judge("a", 29, 100))).toEqual([]); // 20 again, which has been judged
    expect(valuesOf(remembered.judge("a", 40, 100))).toEqual([30]);
    expect(valuesOf(remembered.judge("a", 15, 100))).toEqual([10]);
    expect(valuesOf(remembered.judge("a", 5, 100))).toEqual([]);
    expect(valuesOf(remembered.judge("b", 50, 100))).toEqual([]);
  });

  test("a prediction of each version", () => {
    const { remembered } = remembering();
    remembered.add("a", prediction(10, 1, "1"));
    remembered.add("a", prediction(10, 2, "2"));
    remembered.add("a", prediction(20, 3, "2"));

    expect(valuesOf(remembered.judge("a", 30, 100))).toEqual([1, 3]);
  });

  test("no prediction that is too old", () => {
    const { remembered } = remembering();
    remembered.add("a", prediction(10));

    expect(remembered.judge("a", 111, 100)).toEqual([]);
    expect(remembered.judge("a", 110, 100)).toHaveLength(1);
  });
});

describe("what is remembered", () => {
  test("is bounded for each thing; what falls out unjudged is told", () => {
    const { remembered, unjudged } = remembering(100, 2);
    remembered.add("a", prediction(10, 10));
    remembered.add("a", prediction(20, 20));
    remembered.judge("a", 20, 100);
    remembered.add("a", prediction(30, 30));
    remembered.add("a", prediction(40, 40));

    expect(unjudged).toEqual([10]);
    expect(remembered.size).toBe(2);
  });

  test("is bounded in all: the thing that was predicted longest ago is forgotten", () => {
    const { remembered, unjudged } = remembering(3);
    remembered.add("a", prediction(1, 1));
    remembered.add("b", prediction(2, 2));
    remembered.add("a", prediction(3, 3));
    remembered.add("c", prediction(4, 4));
    expect(unjudged).toEqual([2]);
    remembered.add("d", prediction(5, 5));

    expect(unjudged).toEqual([2, 1, 3]);
    expect(valuesOf(remembered.judge("c", 9, 9))).toEqual([4]);
    expect(remembered.size).toBe(2);
  });

  test("stays within its bounds whatever comes", () => {
    const { remembered, unjudged } = remembering(50, 3);
    for (let i = 0; i < 5_000; i++) {
      remembered.add(`thing ${(i * 7919) % 101}`, prediction(i, i));
      expect(remembered.size).toBeLessThanOrEqual(50);
    }
    expect(unjudged.length + remembered.size).toBe(5_000);
    expect(new Set(unjudged).size).toBe(unjudged.length);
  });
});

const regression: Truth = { path: [], output: [], kind: "regression", threshold: 0.5, withinMs: 1 };
const classification: Truth = { ...regression, kind: "classification", threshold: 6 };

describe("the quality of a regression", () => {
  test("is the mean absolute error, the root mean square error and the bias", () => {
    const quality = qualityOf(regression, 100);
    for (const [predicted, actual] of [
      [1, 2],
      [5, 3],
      [4, 4],
    ] as const)
      quality.judge(predicted, actual);

    // errors −1, 2, 0
    const figures = { count: 3, mae: 1, rmse: 1.291, bias: 0.3333 };
    expect(quality.json()).toEqual({ kind: "regression", window: figures, total: figures });
  });

  test("tells of the window what is newest", () => {
    const quality = qualityOf(regression, 10);
    for (let i = 0; i < 10; i++) quality.judge(100, 0);
    for (let i = 0; i < 10; i++) quality.judge(1, 0);

    expect(quality.json()).toMatchObject({ window: { count: 10, mae: 1 }, total: { count: 20, mae: 50.5 } });
    expect(quality.figure()).toBe(1);
  });

  test("says nothing of what is no number, and gives no figure to alerts from few", () => {
    const quality = qualityOf(regression, 100);

    expect(quality.judge(1, "hot")).toBeUndefined();
    expect(quality.judge(1, true)).toBeUndefined();
    expect(quality.judge(1, 3)).toBe(2);
    expect(quality.figure()).toBeUndefined();
  });
});

describe("the quality of a classification", () => {
  test("is precision, recall and f1 of what is at the threshold or above", () => {
    const quality = qualityOf(classification, 100);
    const judged = [...rows(3, 6, true), ...rows(1, 7, 0), ...rows(5, 5.9, false), ...rows(2, 0, 1)];
    for (const [predicted, actual] of judged) quality.judge(predicted, actual);

    const figures = { count: 11, tp: 3, fp: 1, tn: 5, fn: 2, precision: 0.75, recall: 0.6, f1: 0.6667 };
    expect(quality.json()).toEqual({ kind: "classification", window: figures, total: figures });
    expect(quality.figure()).toBeCloseTo(1 - 6 / 9, 12);
  });

  test("forgets what falls out of the window", () => {
    const quality = qualityOf(classification, 10);
    for (const [predicted, actual] of [...rows(10, 9, false), ...rows(10, 9, true)])
      quality.judge(predicted, actual);

    expect(quality.json()).toMatchObject({ window: { tp: 10, fp: 0 }, total: { tp: 10, fp: 10 } });
  });

  test("has no precision where nothing was found", () => {
    const quality = qualityOf(classification, 10);
    expect(quality.judge(1, false)).toBe(0);

    expect(quality.json()).toMatchObject({ window: { precision: null, recall: null, f1: null } });
  });
});

const rows = <T>(count: number, predicted: number, actual: T) =>
  Array.from({ length: count }, () => [predicted, actual] as const);

describe("groups", () => {
  test("are compared by their means, those with enough predictions", () => {
    const groups = new Groups(1_000);
    for (let i = 0; i < 30; i++) {
      groups.add("north", 1);
      groups.add("south", i % 2);
      if (i < 29) groups.add("east", 100);
    }

    expect(groups.json()).toMatchObject({
      groups: { north: { count: 30, mean: 1 }, south: { mean: 0.5 }, east: { count: 29, mean: 100 } },
      difference: 0.5,
      errorDifference: null,
    });
  });

  test("are compared by their errors where these are known", () => {
    const groups = new Groups(1_000);
    for (let i = 0; i < 30; i++) {
      groups.judged("north", 0.1);
      groups.judged("south", 0.4);
    }

    expect(groups.json().errorDifference).toBe(0.3);
  });

  test("beyond fifty are one", () => {
    const groups = new Groups(100);
    for (let i = 0; i < 1_000; i++) groups.add(`group ${i}`, 1);

    const told = groups.json().groups as Record<string, { count: number }>;

    expect(Object.keys(told).length).toBeLessThanOrEqual(51);
    expect(told.other?.count).toBeGreaterThan(0);
  });

  test("forget what is older than two generations", () => {
    const groups = new Groups(50);
    for (let i = 0; i < 50; i++) groups.add("old", 1);
    for (let i = 0; i < 100; i++) groups.add("new", 1);

    expect(Object.keys(groups.json().groups as object)).toEqual(["new"]);
  });

  test("may be named anything", () => {
    const groups = new Groups(50);
    for (const name of ["__proto__", "constructor"]) groups.add(name, 2);

    expect(JSON.stringify(groups.json().groups)).toContain('"__proto__":{"count":1,"mean":2');
    expect([groupName("x".repeat(200))?.length, groupName(3), groupName(null)]).toEqual([
      100,
      "3",
      undefined,
    ]);
  });

  test("are named by texts, numbers and booleans; whatever else is there is of one group", () => {
    const large = { vendor: "a", ...Object.fromEntries(mixed(50).map((value) => [`k${value}`, value])) };

    expect([true, rawNumber("12345678901234567890"), large, ["north"]].map(groupName)).toEqual([
      "true",
      "12345678901234567890",
      "other",
      "other",
    ]);
  });

  test("do not keep the texts that their names are the beginnings of", () => {
    const before = heapAfterCollecting();
    const names = Array.from({ length: 100 }, (_, i) => groupName(`${i} ${"x".repeat(500_000)}`));
    const kept = heapAfterCollecting() - before;

    expect(names.every((name) => name?.length === 100)).toBe(true);
    expect(kept).toBeLessThan(5_000_000);
  });
});
