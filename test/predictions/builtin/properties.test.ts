// What holds for every built-in model, whatever a thing tells.

import fc from "fast-check";
import { expect, test } from "vitest";
import type { JsonObject, JsonValue } from "../../../src/base/json/json.ts";
import { type BuiltinName, type BuiltinSpec, builtinNames } from "../../../src/predictions/model.ts";
import { openBuiltin, outputsOf } from "../../../src/predictions/models/builtin/builtin.ts";
import type { BuiltinOutput } from "../../../src/predictions/models/builtin/output.ts";
import type { Outputs, StreamingModel } from "../../../src/predictions/models/scoring.ts";

/** With little to warm up, so that short streams reach all that there is. */
const cases: readonly { name: BuiltinName; parameters: JsonObject; columns: number }[] = [
  { name: "anomaly", parameters: { warmUp: 5, window: 16 }, columns: 1 },
  { name: "anomaly", parameters: { warmUp: 5, window: 16, depth: 3, halfLife: "10m" }, columns: 3 },
  { name: "anomaly", parameters: { warmUp: 5, trees: 0, minScale: 0.5 }, columns: 2 },
  { name: "forecast", parameters: {}, columns: 1 },
  { name: "forecast", parameters: { season: 4, seasonality: "multiplicative", horizon: "1h" }, columns: 1 },
  { name: "forecast", parameters: { season: 3, horizon: 1_000, trend: "additive" }, columns: 1 },
  { name: "remaining-useful-life", parameters: { threshold: 10 }, columns: 1 },
  {
    name: "remaining-useful-life",
    parameters: { threshold: 1e-3, direction: "down", halfLife: "1d" },
    columns: 1,
  },
  { name: "remaining-useful-life", parameters: { threshold: -1e100, direction: "down" }, columns: 1 },
  { name: "remaining-useful-life", parameters: { mode: "usage", limit: 1_000 }, columns: 1 },
  { name: "remaining-useful-life", parameters: { mode: "usage", every: 7, halfLife: 10 }, columns: 1 },
  { name: "clustering", parameters: { k: 2, seedSize: 4 }, columns: 1 },
  { name: "clustering", parameters: { k: 3, seedSize: 6, halfLife: 10 }, columns: 3 },
];

const oddReadings = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
const hugeReadings = [1e308, -1e308, Number.MAX_VALUE, Number.MIN_VALUE, 0, -0, 1e-300];
const reading = fc.oneof(
  { weight: 6, arbitrary: fc.double({ min: -100, max: 100, noNaN: true }) },
  { weight: 3, arbitrary: fc.constant(20) },
  { weight: 1, arbitrary: fc.constantFrom(...oddReadings, ...hugeReadings) },
  { weight: 1, arbitrary: fc.double() },
);
const elapsed = fc.oneof(
  fc.constant(1_000),
  fc.constantFrom(0, 1, -1, -60_000, 86_400_000, 1e12, -1e12),
  fc.integer({ min: -5_000, max: 60_000 }),
);
const streams = (columns: number) =>
  fc.array(fc.tuple(fc.array(reading, { minLength: columns, maxLength: columns }), elapsed), {
    minLength: 1,
    maxLength: 120,
  });

const specOf = (name: BuiltinName, parameters: JsonObject): BuiltinSpec => ({
  ...{ type: "builtin", version: "1", name, parameters },
});
const named = (columns: number): string[] => Array.from({ length: columns }, (_, i) => `x${i}`);

async function open(spec: BuiltinSpec, columns: number): Promise<StreamingModel> {
  const model = await openBuiltin(spec, named(columns), "p");
  if (model.kind !== "streaming") throw new Error("No streaming model");
  return model;
}

function fits(value: JsonValue | undefined, { type, isNullable = false, length }: BuiltinOutput): boolean {
  if (value === null) return isNullable;
  if (type === "numbers") {
    return Array.isArray(value) && value.length === length && value.every((each) => Number.isFinite(each));
  }
  if (type === "integer") return Number.isSafeInteger(value);
  return typeof value === type && (type !== "number" || Number.isFinite(value));
}

function check(outputs: Outputs, declared: readonly BuiltinOutput[]): void {
  expect(Object.keys(outputs).toSorted()).toEqual(declared.map(({ name }) => name).toSorted());
  for (const output of declared) {
    if (!fits(outputs[output.name], output))
      throw new Error(`${output.name}: ${String(outputs[output.name])}`);
  }
}

for (const { name, parameters, columns } of cases) {
  const spec = specOf(name, parameters);

  test(`${name} ${JSON.stringify(parameters)} tells what it declares, whatever it is given`, async () => {
    const model = await open(spec, columns);
    const declared = outputsOf(spec, named(columns));
    fc.assert(
      fc.property(streams(columns), (stream) => {
        const state = model.fresh();
        let now = 1_700_000_000_000;
        for (const [values, by] of stream) {
          now += by;
          check(model.step(state, values, now), declared);
        }
      }),
      { numRuns: 150 },
    );
  });

  test(`${name} ${JSON.stringify(parameters)} goes on from what was saved as if nothing had been`, async () => {
    const model = await open(spec, columns);
    fc.assert(
      fc.property(streams(columns), streams(columns), (before, after) => {
        const state = model.fresh();
        let now = 1_700_000_000_000;
        for (const [values, by] of before) {
          now += by;
          model.step(state, values, now);
        }
        const saved = JSON.parse(JSON.stringify(model.save(state))) as JsonValue;
        const restored = model.restore(saved);
        expect(restored).toBeDefined();
        for (const [values, by] of after) {
          now += by;
          expect(model.step(restored, values, now)).toEqual(model.step(state, values, now));
        }
      }),
      { numRuns: 40 },
    );
  });
}

test("a state is not taken up by a model of another kind, or with other parameters", async () => {
  const models = await Promise.all(
    cases.map(({ name, parameters, columns }) => open(specOf(name, parameters), columns)),
  );

  for (const [i, model] of models.entries()) {
    const saved = model.save(model.fresh());
    expect(models.map((other) => other.restore(saved) !== undefined)).toEqual(models.map((_, j) => i === j));
  }
});

test("what was never saved, or is damaged, is not taken up", async () => {
  for (const name of builtinNames) {
    const model = await open(specOf(name, name === "remaining-useful-life" ? { threshold: 1 } : {}), 1);
    const saved = model.save(model.fresh()) as { shape: string; arrays: string[] };
    const notANumber = `////////////////${saved.arrays[0]?.slice(16)}`;
    const damaged = [
      ...[
        null,
        1,
        "x",
        [],
        {},
        { ...saved, arrays: [] },
        { ...saved, arrays: saved.arrays.map(() => "AAAA") },
      ],
      { ...saved, arrays: [notANumber, ...saved.arrays.slice(1)] },
    ];
    for (const each of damaged) expect(model.restore(each as JsonValue)).toBeUndefined();
  }
});

test("things do not learn from one another", async () => {
  const model = await open(specOf("anomaly", { warmUp: 5, window: 16 }), 1);
  const [alone, beside, other] = [model.fresh(), model.fresh(), model.fresh()];

  for (let i = 0; i < 60; i++) {
    const values = [Math.sin(i)];
    model.step(other, [1_000 * i], i);
    expect(model.step(beside, values, i)).toEqual(model.step(alone, values, i));
  }
});
