// From readings to vectors.

import { describe, expect, test } from "vitest";
import { type JsonValue, rawNumber } from "../../../src/base/json/json.ts";
import { inputPlan } from "../../../src/predictions/inputs/plan.ts";
import type { Input } from "../../../src/predictions/model.ts";
import { input, observationsOf, path, type Step } from "./observations.ts";

/** The vector of inputs after values of `p` at 1 s, 2 s, and so on; as of the last, or a moment in milliseconds. */
function vectorAfter(
  inputs: readonly Partial<Input>[],
  values: readonly (JsonValue | undefined)[],
  now?: number,
) {
  const steps = values.map((p, i): Step => [(i + 1) * 1_000, { p }]);
  const known = inputPlan(inputs.map(input)).fresh();
  for (const observation of observationsOf(steps)) known.observe(observation);
  const { values: columns, faults, isSkipped } = known.vectorAt(now ?? values.length * 1_000);
  return { columns, faults: Object.fromEntries(faults), isSkipped };
}

const columnsOf = (...given: Parameters<typeof vectorAfter>) => vectorAfter(...given).columns;
const none = Number.NaN;

describe("a current value", () => {
  test("is the number that is there", () => {
    expect(columnsOf([{}], [1, 2.5])).toEqual([2.5]);
    expect(columnsOf([{}], [true])).toEqual([1]);
    expect(columnsOf([{}], [rawNumber("9007199254740993")])).toEqual([9007199254740992]);
  });

  test("is taken from the first observation, touched or not", () => {
    const known = inputPlan([
      input({ missing: "last" }),
      input({ name: "w", window: { count: 5 }, aggregate: "count" }),
    ]).fresh();
    const [, untouched] = observationsOf([
      [1_000, { p: 7 }],
      [2_000, { q: 1 }],
    ]);
    known.observe(untouched!);
    expect(known.vectorAt(2_000).values).toEqual([7, 0]);
  });

  test("that is no number is missing, and counted as a fault", () => {
    for (const value of ["5", null, {}, [1]])
      expect(vectorAfter([{}], [1, value])).toEqual({
        columns: [none],
        faults: { v: "type" },
        isSkipped: true,
      });
    expect(vectorAfter([{}], [1, 1e101]).faults).toEqual({ v: "out-of-range" });
    expect(vectorAfter([{}], [1, undefined])).toEqual({
      columns: [none],
      faults: { v: "missing" },
      isSkipped: true,
    });
  });

  test("is as large as it comes before anything is observed", () => {
    const { values, isSkipped } = inputPlan([input()]).fresh().vectorAt(1);
    expect([values, isSkipped]).toEqual([[none], true]);
  });
});

describe("what is missing", () => {
  test("prevents a prediction, is the last known value, not-a-number, or a number", () => {
    const of = (missing: Input["missing"]) => vectorAfter([{ missing }], [3, "x", undefined]);
    expect(of("skip")).toMatchObject({ columns: [none], isSkipped: true });
    expect(of("last")).toMatchObject({ columns: [3], isSkipped: false });
    expect(of("nan")).toMatchObject({ columns: [none], isSkipped: false });
    expect(of({ value: -1 })).toMatchObject({ columns: [-1], isSkipped: false, faults: { v: "missing" } });
  });

  test("prevents a prediction as well where no last value is known", () => {
    expect(vectorAfter([{ missing: "last" }], ["x"])).toMatchObject({ isSkipped: true });
  });

  test("is looked at after scaling: the last value is scaled, the number is not", () => {
    const scale = { by: "range", min: 0, max: 10 } as const;
    expect(columnsOf([{ missing: "last", scale }], [3, undefined])).toEqual([0.3]);
    expect(columnsOf([{ missing: { value: 3 }, scale }], [3, undefined])).toEqual([3]);
  });
});

describe("a window", () => {
  const figures = (window: Input["window"], values: readonly JsonValue[], names: readonly string[]) =>
    columnsOf(
      names.map((name) => ({ name, window: window!, aggregate: name as Input["aggregate"], missing: "nan" })),
      values,
    );

  test("by number has the newest readings", () => {
    const names = ["last", "mean", "min", "max", "sum", "std", "slope", "count", "rate", "p50", "p75"];
    const wanted = [9, 5, 1, 9, 15, 4, 4, 3, 1, 5, 7];
    expect(figures({ count: 3 }, [100, 1, 5, 9], names)).toEqual(wanted);
  });

  test("by time has those of the last milliseconds, the oldest moment left out", () => {
    const names = ["mean", "count", "rate", "slope"];
    expect(figures({ ms: 2_000 }, [100, 1, 5], names)).toEqual([3, 2, 1, 4]);
    const known = inputPlan([input({ window: { ms: 2_000 }, aggregate: "count" })]).fresh();
    for (const observation of observationsOf([
      [1_000, { p: 1 }],
      [2_000, { p: 1 }],
      [2_000, { p: 1 }],
    ]))
      known.observe(observation);
    const counts = [2_000, 2_999, 3_000, 3_999, 4_000].map((now) => known.vectorAt(now).values[0]);
    expect(counts).toEqual([3, 3, 2, 2, 0]);
    // A later moment that was asked for takes nothing from an earlier one.
    expect(known.vectorAt(2_500).values).toEqual([3]);
  });

  test("counts what is no number, and computes with the rest", () => {
    const values = [2, "x", 4];
    expect(figures({ count: 3 }, values, ["count", "mean", "sum", "min", "p50", "slope"])).toEqual([
      3, 3, 6, 2, 3, 1,
    ]);
    expect(vectorAfter([{ window: { count: 3 }, aggregate: "mean" }], [2, 4, "x"])).toEqual({
      columns: [3],
      faults: { v: "type" },
      isSkipped: false,
    });
  });

  test("without readings counts none, and has neither mean nor spread", () => {
    const names = ["count", "rate", "sum", "mean", "min", "max", "std", "slope", "p50", "last"];
    expect(figures({ ms: 1_000 }, [], names)).toEqual([0, 0, 0, ...Array(7).fill(none)]);
    expect(figures({ count: 1 }, [5], ["std", "slope", "rate"])).toEqual([none, none, none]);
    expect(figures({ count: 2 }, ["x"], ["sum", "last"])).toEqual([none, none]);
  });

  test("keeps its readings when the value is deleted", () => {
    expect(columnsOf([{ window: { count: 2 }, aggregate: "mean" }], [1, 3, undefined])).toEqual([2]);
  });

  test("holds the newest 10,000 readings of a time", () => {
    const steps = Array.from({ length: 10_050 }, (_, i): Step => [i, { p: i }]);
    const known = inputPlan([
      input({ window: { ms: 1_000_000 }, aggregate: "count" }),
      input({ name: "min", window: { ms: 1_000_000 }, aggregate: "min" }),
    ]).fresh();
    for (const observation of observationsOf(steps)) known.observe(observation);
    expect(known.vectorAt(10_049).values).toEqual([10_000, 50]);
    expect(known.size).toBeLessThan(10_003);
  });
});

describe("a lag", () => {
  test("by number is so many readings before the newest", () => {
    expect(columnsOf([{ lag: { count: 2 } }], [1, 2, undefined, 3, 4])).toEqual([2]);
    expect(vectorAfter([{ lag: { count: 2 } }], [1, 2])).toMatchObject({ faults: { v: "missing" } });
  });

  test("by time is the newest reading by then", () => {
    expect(columnsOf([{ lag: { ms: 1_500 } }], [1, 2, 3, 4])).toEqual([2]);
    expect(columnsOf([{ lag: { ms: 2_000 } }], [1, 2, 3, 4])).toEqual([2]);
    expect(columnsOf([{ lag: { ms: 1_000_000 } }], [1, 2], 2_000_000)).toEqual([2]);
    expect(vectorAfter([{ lag: { ms: 5_000 } }], [1, 2])).toMatchObject({ isSkipped: true });
  });
});

describe("one-hot", () => {
  const oneHot = ["eco", "boost", 3, true];

  test("has a column for each value", () => {
    expect(inputPlan([input({ name: "mode", oneHot })]).columns).toEqual([
      "mode=eco",
      "mode=boost",
      "mode=3",
      "mode=true",
    ]);
    const hot = ["eco", "boost", 3, true].map((value) => columnsOf([{ oneHot }], [value]));
    expect(hot).toEqual([
      [1, 0, 0, 0],
      [0, 1, 0, 0],
      [0, 0, 1, 0],
      [0, 0, 0, 1],
    ]);
    expect(columnsOf([{ oneHot, lag: { count: 1 } }], ["boost", "eco"])).toEqual([0, 1, 0, 0]);
  });

  test("of another value is all zeros and a fault", () => {
    for (const value of ["ECO", "3", 1, false])
      expect(vectorAfter([{ oneHot }], [value])).toEqual({
        columns: [0, 0, 0, 0],
        faults: { v: "out-of-range" },
        isSkipped: false,
      });
  });

  test("of what is missing goes by the policy", () => {
    expect(vectorAfter([{ oneHot }], ["eco", null])).toMatchObject({
      faults: { v: "type" },
      isSkipped: true,
    });
    expect(columnsOf([{ oneHot, missing: "last" }], ["eco", null, undefined])).toEqual([1, 0, 0, 0]);
    expect(columnsOf([{ oneHot, missing: "nan" }], [null])).toEqual([none, none, none, none]);
    expect(columnsOf([{ oneHot, missing: { value: 0 } }], [null])).toEqual([0, 0, 0, 0]);
  });
});

test("scaling is by mean and deviation, or to a range", () => {
  const [standard, range] = [
    { by: "standard", mean: 10, std: 4 },
    { by: "range", min: -10, max: 10 },
  ] as const;
  expect(columnsOf([{ scale: standard }, { scale: range }], [12])).toEqual([0.5, 1.1]);
  const tiny = { by: "standard", mean: 0, std: 1e-300 } as const;
  expect(vectorAfter([{ scale: tiny }], [1e20])).toMatchObject({
    faults: { v: "out-of-range" },
    isSkipped: true,
  });
});

test("what is not expected is a fault, and is used all the same", () => {
  const faultOf = (expected: Input["expect"], value: JsonValue, more: Partial<Input> = {}) => {
    const { columns, faults } = vectorAfter([{ expect: expected, ...more }], [value]);
    return [columns[0], faults.v];
  };
  expect(faultOf({ min: 0, max: 10 }, 5)).toEqual([5, undefined]);
  expect(faultOf({ min: 0 }, -1)).toEqual([-1, "out-of-range"]);
  expect(faultOf({ max: 10 }, 11)).toEqual([11, "out-of-range"]);
  expect(faultOf({ type: "number" }, true)).toEqual([1, "type"]);
  expect(faultOf({ type: "boolean" }, 1)).toEqual([1, "type"]);
  expect(faultOf({ type: "string" }, "a", { oneHot: ["a"] })).toEqual([1, undefined]);
  expect(faultOf({ max: 1 }, 2, { window: { count: 3 }, aggregate: "count" })).toEqual([1, "out-of-range"]);
});

test("inputs of one path share its readings", () => {
  const shared = inputPlan([
    input({ window: { count: 100 }, aggregate: "mean" }),
    input({ name: "b", window: { ms: 60_000 }, aggregate: "max" }),
    input({ name: "c", lag: { count: 5 } }),
  ]);
  const known = shared.fresh();
  for (const observation of observationsOf(Array.from({ length: 90 }, (_, i): Step => [i, { p: i }])))
    known.observe(observation);
  expect(shared.paths).toEqual([path]);
  expect(known.size).toBe(91);
  expect([shared.reach, shared.reachMs]).toEqual([100, 60_000]);
});

describe("whether all that matters is known", () => {
  const isSettled = (given: Partial<Input>, steps: readonly Step[], firstRevision = 100) => {
    const known = inputPlan([input(given)]).fresh();
    for (const observation of observationsOf(steps, firstRevision)) known.observe(observation);
    return known.isSettled;
  };
  const every = (seconds: number, count: number) =>
    Array.from({ length: count }, (_, i): Step => [i * seconds * 1_000, { p: i }]);

  test("shows once windows and lags are full", () => {
    expect(isSettled({}, [])).toBe(false);
    expect(isSettled({}, every(1, 1))).toBe(true);
    expect(isSettled({ window: { count: 3 } }, every(1, 2))).toBe(false);
    expect(isSettled({ window: { count: 3 } }, every(1, 3))).toBe(true);
    expect(isSettled({ window: { ms: 2_000 } }, every(1, 2))).toBe(false);
    expect(isSettled({ window: { ms: 2_000 } }, every(1, 3))).toBe(true);
    expect(isSettled({ lag: { count: 2 } }, every(1, 2))).toBe(false);
    expect(isSettled({ lag: { count: 2 } }, every(1, 3))).toBe(true);
    expect(isSettled({ lag: { ms: 2_000 } }, every(1, 2))).toBe(false);
    expect(isSettled({ lag: { ms: 2_000 } }, every(1, 3))).toBe(true);
    expect(isSettled({ missing: "last" }, [[0, { p: undefined }]])).toBe(false);
    expect(isSettled({ missing: "last" }, [[0, { p: 1 }]])).toBe(true);
  });

  test("does from the first event of a thing on", () => {
    expect(isSettled({ window: { count: 300 }, missing: "last" }, every(1, 1), 1)).toBe(true);
  });
});

describe("much that is kept", () => {
  const windowed = (count: number, ...inputs: readonly Partial<Input>[]) =>
    inputs.flatMap((given) =>
      Array.from({ length: count }, (_, i) =>
        input({ ...given, name: `${given.aggregate} ${i}`, path: ["features", "f", "properties", `p${i}`] }),
      ),
    );

  test("is looked through by no vector, and stored in few bytes", () => {
    const shared = { window: { count: 10_000 } } as const;
    const known = inputPlan(
      windowed(
        2,
        { ...shared, aggregate: "p95" },
        { ...shared, aggregate: "slope" },
        { ...shared, aggregate: "std" },
      ),
    ).fresh();
    const [touched, untouched] = [() => true, () => false];
    for (let i = 1; i <= 20_000; i++)
      known.observe({
        ...{ thingId: "org.acme:lamp", revision: i, timestamp: i * 1_000 },
        ...{ touches: i <= 15_000 ? touched : untouched, valueAt: () => (i * 7_919) % 10_007 },
      });
    known.vectorAt(20_000_000);
    const started = performance.now();
    for (let i = 0; i < 1_000; i++) known.vectorAt(20_000_000);
    expect(performance.now() - started).toBeLessThan(1_000);
    expect(JSON.stringify(known.save()).length).toBeLessThan(20_000 * 25);
  });

  test("is shared by windows of time: the newest readings of each", () => {
    const inputs = windowed(20, { window: { ms: 10_000 }, aggregate: "count" });
    const known = inputPlan(inputs).fresh();
    for (let i = 1; i <= 3_000; i++)
      known.observe({
        ...{ thingId: "org.acme:lamp", revision: i, timestamp: 1_000 + i },
        ...{ touches: () => true, valueAt: () => i },
      });
    expect(new Set(known.vectorAt(4_000).values)).toEqual(new Set([1_000]));
    expect(known.size).toBe(20 * (1 + 1_001));
  });
});
