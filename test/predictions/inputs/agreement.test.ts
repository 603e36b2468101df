// Random inputs and readings: what is kept cleverly agrees with what is computed from all that happened, and with what was
// stored and taken up again.

import fc from "fast-check";
import { expect, test } from "vitest";
import type { Aggregate } from "../../../src/base/aggregates.ts";
import type { JsonValue } from "../../../src/base/json/json.ts";
import { parseStored } from "../../../src/base/json/parse.ts";
import { inputPlan } from "../../../src/predictions/inputs/plan.ts";
import type { Input } from "../../../src/predictions/model.ts";
import { input, observationsOf, type Step } from "./observations.ts";

const aggregates: readonly Aggregate[] = [
  ...["last", "mean", "min", "max", "sum", "std", "slope", "count", "rate"],
  ...["p0", "p50", "p95", "p100"],
] as Aggregate[];

const extent = fc.oneof(
  fc.record({ count: fc.integer({ min: 1, max: 6 }) }),
  fc.record({ ms: fc.integer({ min: 1, max: 40 }) }),
);
const missing = fc.constantFrom<Input["missing"]>("skip", "last", "nan", { value: -7 });
const shape: fc.Arbitrary<Partial<Input>> = fc.oneof(
  fc.record({ missing }),
  fc.record({ missing, lag: extent }),
  fc.record({ missing, window: extent, aggregate: fc.constantFrom(...aggregates) }),
  fc.record({ missing, oneHot: fc.constant(["a", "b", 1, true] as const) }),
  fc.record({ missing, oneHot: fc.constant(["b", "a"] as const), lag: extent }),
);
const inputs = fc
  .array(fc.tuple(shape, fc.constantFrom("p", "q")), { minLength: 1, maxLength: 6 })
  .map((shapes) =>
    shapes.map(([given, property], i) =>
      input({ ...given, name: `i${i}`, path: ["features", "f", "properties", property] }),
    ),
  );
const value = fc.oneof(
  { arbitrary: fc.double({ min: -1e6, max: 1e6, noNaN: true }), weight: 6 },
  fc.constantFrom<JsonValue | undefined>("a", "b", "c", true, false, null, undefined, {}, 1e200, 1),
);
const steps = fc
  .array(
    fc.tuple(
      fc.integer({ min: 0, max: 15 }),
      fc.record({ p: value, q: value, r: value }, { requiredKeys: [] }),
    ),
    { maxLength: 30 },
  )
  .map((taken) => {
    let time = 1_000;
    return taken.map(([passed, values]): Step => {
      time += passed;
      return [time, values];
    });
  });

test("stored at any point and taken up again, they give the same vectors", () => {
  fc.assert(
    fc.property(inputs, steps, fc.nat(30), fc.nat(20), (made, taken, at, later) => {
      const plan = inputPlan(made);
      const straight = plan.fresh();
      let stored = plan.fresh();
      observationsOf(taken).forEach((observation, i) => {
        straight.observe(observation);
        stored.observe(observation);
        // Looking ahead in between, and storing, changes nothing.
        if (i % 3 === 0) straight.vectorAt(observation.timestamp + later);
        if (i === at) stored = plan.restore(parseStored(JSON.stringify(stored.save())))!;
        const now = observation.timestamp;
        expect(stored.vectorAt(now)).toEqual(straight.vectorAt(now));
        expect(stored.isSettled).toBe(straight.isSettled);
      });
      expect(stored.save()).toEqual(straight.save());
    }),
    { numRuns: 300 },
  );
});

test("begun later, they give the same vectors once they are settled", () => {
  fc.assert(
    fc.property(inputs, steps, fc.nat(30), (made, taken, skipped) => {
      const plan = inputPlan(made);
      const [whole, late] = [plan.fresh(), plan.fresh()];
      observationsOf(taken).forEach((observation, i) => {
        whole.observe(observation);
        if (i < skipped) return;
        late.observe(observation);
        const now = observation.timestamp;
        if (late.isSettled) expect(late.vectorAt(now)).toEqual(whole.vectorAt(now));
      });
    }),
    { numRuns: 500 },
  );
});

test("they agree with what is computed from all readings", () => {
  fc.assert(
    fc.property(inputs, steps, fc.nat(30), (made, taken, later) => {
      const known = inputPlan(made).fresh();
      const seen: Step[] = [];
      for (const [i, observation] of observationsOf(taken).entries()) {
        known.observe(observation);
        seen.push(taken[i] as Step);
        const now = observation.timestamp + later;
        const { values, isSkipped } = known.vectorAt(now);
        const wanted = made.map((one) => naive(one, seen, now));
        expect(values).toEqual(wanted.flatMap(({ columns }) => columns.map(close)));
        expect(isSkipped).toBe(wanted.some((one) => one.isSkipped));
      }
    }),
    { numRuns: 500 },
  );
});

/** To seven digits, or as many after the point. */
function close(number: number) {
  const magnitude = Math.ceil(Math.log10(Math.max(1, Math.abs(number))));
  return Number.isNaN(number) ? Number.NaN : expect.closeTo(number, 7 - magnitude);
}

interface Reading {
  readonly time: number;
  readonly value: JsonValue;
}

/** The columns of an input, computed anew from everything that ever happened. */
function naive(one: Input, seen: readonly Step[], now: number) {
  const property = one.path[3] as string;
  const touched = seen.flatMap(([time, values]) =>
    property in values ? [{ time, value: values[property] }] : [],
  );
  const readings = touched.filter((reading): reading is Reading => reading.value !== undefined);
  const known = readings.map((reading) => reading.value).filter((some) => isKnown(some));
  const numbers = known.map(numberOf).filter((some) => !Number.isNaN(some));
  const columns = one.oneHot
    ? hot(one.oneHot, pick(one, touched, readings, now)?.value)
    : [figureOf(one, touched, readings, now)];
  if (columns.every((column) => Number.isFinite(column))) return { columns, isSkipped: false };
  const last = one.oneHot ? hot(one.oneHot, known.at(-1)) : [numbers.at(-1) ?? Number.NaN];
  if (one.missing === "last") return { columns: last, isSkipped: !last.every(Number.isFinite) };
  const number = typeof one.missing === "object" ? one.missing.value : Number.NaN;
  return { columns: columns.map(() => number), isSkipped: one.missing === "skip" };
}

const isKnown = (some: JsonValue): boolean => typeof some === "string" || !Number.isNaN(numberOf(some));

function numberOf(some: JsonValue): number {
  if (typeof some === "boolean") return Number(some);
  return typeof some === "number" && Math.abs(some) <= 1e100 ? some : Number.NaN;
}

function hot(listed: readonly JsonValue[], some: JsonValue | undefined): readonly number[] {
  if (some === undefined || !isKnown(some)) return listed.map(() => Number.NaN);
  return listed.map((one) => (one === some ? 1 : 0));
}

function pick(
  { lag }: Input,
  touched: readonly { readonly value: JsonValue | undefined }[],
  readings: readonly Reading[],
  now: number,
): { readonly value: JsonValue | undefined } | undefined {
  if (!lag) return touched.at(-1);
  if ("count" in lag) return readings.at(-1 - lag.count);
  return readings.findLast(({ time }) => time <= now - lag.ms);
}

function figureOf(
  one: Input,
  touched: readonly { readonly value: JsonValue | undefined }[],
  readings: readonly Reading[],
  now: number,
): number {
  const { window, aggregate } = one;
  if (!window) {
    const value = pick(one, touched, readings, now)?.value;
    return value === undefined ? Number.NaN : numberOf(value);
  }
  const within =
    "count" in window ? readings.slice(-window.count) : readings.filter(({ time }) => time > now - window.ms);
  const seconds = "count" in window ? (now - (within[0]?.time ?? now)) / 1_000 : window.ms / 1_000;
  if (aggregate === "count") return within.length;
  if (aggregate === "last") return within.length === 0 ? Number.NaN : numberOf(within.at(-1)!.value);
  if (aggregate === "rate")
    return "count" in window
      ? seconds > 0
        ? (within.length - 1) / seconds
        : Number.NaN
      : within.length / seconds;
  const points = within
    .map(({ time, value: raw }) => ({ time: time / 1_000, number: numberOf(raw) }))
    .filter(({ number }) => !Number.isNaN(number));
  return within.length === 0 && aggregate === "sum" ? 0 : statistic(aggregate, points);
}

function statistic(
  aggregate: Aggregate,
  points: readonly { readonly time: number; readonly number: number }[],
): number {
  const numbers = points.map(({ number }) => number);
  const n = numbers.length;
  if (n === 0) return Number.NaN;
  const total = numbers.reduce((sum, number) => sum + number, 0);
  const mean = total / n;
  const meanTime = points.reduce((sum, { time }) => sum + time, 0) / n;
  const sorted = numbers.toSorted((a, b) => a - b);
  switch (aggregate) {
    case "mean":
      return mean;
    case "sum":
      return total;
    case "min":
      return sorted[0]!;
    case "max":
      return sorted[n - 1]!;
    case "std":
      return n < 2 ? Number.NaN : Math.sqrt(numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (n - 1));
    case "slope": {
      const spread = points.reduce((sum, { time }) => sum + (time - meanTime) ** 2, 0);
      const together = points.reduce((sum, { time, number }) => sum + (time - meanTime) * (number - mean), 0);
      return spread > 1e-12 ? together / spread : Number.NaN;
    }
    default: {
      const place = (Number(aggregate.slice(1)) / 100) * (n - 1);
      const [low, high] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!];
      return low + (high - low) * (place - Math.floor(place));
    }
  }
}

test("what was stored of other inputs, or is damaged, is not taken up", () => {
  const plan = inputPlan([input({ window: { count: 3 } })]);
  const known = plan.fresh();
  for (const observation of observationsOf([
    [1, { p: 1 }],
    [2, { p: 2 }],
  ]))
    known.observe(observation);
  const saved = known.save() as { readonly tracks: readonly [Readonly<Record<string, JsonValue>>] };
  expect(plan.restore(saved)).toBeDefined();
  expect(inputPlan([input({ window: { count: 4 } })]).restore(saved)).toBeUndefined();
  const [track] = saved.tracks;
  const damaged = [null, {}, [], { ...saved, tracks: [] }, { ...saved, tracks: [1] }, { ...saved, plan: 1 }];
  const tracks = [
    { ...track, times: [1] },
    { ...track, times: "AAAA" },
    { ...track, times: "AAAAAAAAAAA=" },
    { ...track, values: "AAAAAAAAAAA=" },
    { ...track, kinds: {} },
    { ...track, kinds: "AAA=" },
    { ...track, number: "1" },
  ];
  for (const one of [...damaged, ...tracks.map((some) => ({ ...saved, tracks: [some] }))])
    expect(plan.restore(one as JsonValue), JSON.stringify(one)).toBeUndefined();
});

test("other ways to scale, or to stand in, take up what was stored", () => {
  const [one, other] = [{ missing: "nan" }, { scale: { by: "range", min: 0, max: 2 } }] as const;
  const known = inputPlan([input(one)]).fresh();
  for (const observation of observationsOf([[1, { p: 1 }]])) known.observe(observation);
  expect(
    inputPlan([input(other)])
      .restore(known.save())
      ?.vectorAt(1).values,
  ).toEqual([0.5]);
});
