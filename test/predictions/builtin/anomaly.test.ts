import { expect, test } from "vitest";
import { randomFrom } from "../../../src/predictions/models/builtin/random.ts";
import type { Outputs } from "../../../src/predictions/models/scoring.ts";
import { run, streaming } from "./quality/series.ts";

/** Noise of about one standard deviation, the same each time. */
function noise(length: number, seed = 7): number[] {
  const random = randomFrom(seed);
  return Array.from({ length }, () => 2 * (random() + random() + random() - 1.5));
}

const column = (values: readonly number[]): number[][] => values.map((value) => [value]);
const last = (outputs: readonly Outputs[]): Outputs => outputs.at(-1) as Outputs;

test("a reading far from the others is anomalous, and those around it are not", async () => {
  const model = await streaming("anomaly", {});
  const values = noise(600).map((x) => 50 + x);
  values[500] = 65;

  const outputs = run(model, column(values));

  expect(outputs.map(({ anomalous }) => anomalous).flatMap((is, i) => (is ? [i] : []))).toEqual([500]);
  expect(outputs[500]).toMatchObject({ attributions: [1], confidence: 1 });
  expect(outputs[500]?.zscore).toBeGreaterThan(10);
});

test("an outlier does not make the next one look usual", async () => {
  const model = await streaming("anomaly", {});
  const values = noise(600);
  for (const i of [400, 405, 410]) values[i] = 1e9;
  values[415] = 15;

  expect(run(model, column(values))[415]).toMatchObject({ anomalous: true });
});

test("an outlier among the first readings does no harm", async () => {
  const model = await streaming("anomaly", {});
  const values = noise(200);
  values[0] = 1e6;
  values[7] = -1e6;
  values[150] = 15;

  expect(run(model, column(values))[150]).toMatchObject({ anomalous: true });
});

test("nothing is said while too little is known", async () => {
  const model = await streaming("anomaly", { warmUp: 30 });

  const outputs = run(model, column(noise(30)));

  expect(last(outputs)).toEqual({ score: 0, anomalous: false, zscore: 0, attributions: [0], confidence: 0 });
});

test("a constant is usual, and the least change of it is not", async () => {
  const model = await streaming("anomaly", {});
  const outputs = run(model, column([...new Array<number>(100).fill(20), 20.5]));

  expect(outputs.slice(0, 100).every(({ anomalous }) => anomalous === false)).toBe(true);
  expect(last(outputs)).toMatchObject({ anomalous: true });
});

test("a change that the least scale is wider than is usual", async () => {
  const model = await streaming("anomaly", { minScale: 1 });

  expect(last(run(model, column([...new Array<number>(100).fill(20), 20.5])))).toMatchObject({
    anomalous: false,
  });
});

test("a new level becomes usual after as many readings as the warm-up takes", async () => {
  const model = await streaming("anomaly", { warmUp: 30 });
  const values = noise(800).map((x, i) => (i < 400 ? x : x + 40));

  const called = run(model, column(values)).map(({ anomalous }) => anomalous);

  expect(called.slice(400, 430).every(Boolean)).toBe(true);
  expect(called.slice(431).some(Boolean)).toBe(false);
});

test("what lies between two usual states scores higher than either", async () => {
  const model = await streaming("anomaly", {});
  const values = noise(1_500).map((x, i) => (Math.floor(i / 10) % 2 === 0 ? 20 + x : 60 + x));
  for (const i of [1_200, 1_300, 1_400]) values[i] = 40;

  const scores = run(model, column(values)).map(({ score }) => score as number);
  const usual = scores.slice(1_100).toSorted((a, b) => a - b);

  for (const i of [1_200, 1_300, 1_400])
    expect(scores[i]).toBeGreaterThan(usual[Math.floor(usual.length * 0.95)] as number);
});

test("the column that is off gets the blame", async () => {
  const model = await streaming("anomaly", {}, ["a", "b", "c"]);
  const [a, b, c] = [noise(400, 1), noise(400, 2), noise(400, 3)];
  const rows = a.map((x, i) => [x, b[i] as number, c[i] as number]);
  rows[399] = [0, 25, 0];

  const { attributions, anomalous, zscore } = last(run(model, rows));

  expect(anomalous).toBe(true);
  expect(zscore).toBeGreaterThan(15);
  expect((attributions as number[])[1]).toBeGreaterThan(0.9);
  expect((attributions as number[]).reduce((x, y) => x + y)).toBeCloseTo(1);
});

test("a column without a value is left out, and told by the confidence", async () => {
  const model = await streaming("anomaly", {}, ["a", "b"]);
  const rows = noise(500).map((x, i) => [x, i < 400 ? -x : Number.NaN]);
  rows[499] = [20, Number.NaN];

  const { anomalous, attributions, confidence } = last(run(model, rows));

  expect({ anomalous, attributions, confidence }).toEqual({
    anomalous: true,
    attributions: [1, 0],
    confidence: 0.5,
  });
});

test("with a half-life in time, readings at one moment are learned as one", async () => {
  const model = await streaming("anomaly", { halfLife: "1h", trees: 0 });
  const state = model.fresh();
  for (const [i, x] of noise(100).entries()) model.step(state, [x], i * 60_000);
  const before = model.step(state, [2], 100 * 60_000).zscore;
  for (let i = 0; i < 20; i++) model.step(state, [-2], 100 * 60_000);

  expect(model.step(state, [2], 100 * 60_000).zscore).toBeCloseTo(before as number, 1);
});

test("another seed makes other trees, the same seed the same", async () => {
  const rows = column(noise(400));
  const scores = async (seed: number) =>
    run(await streaming("anomaly", { seed }), rows).map(({ score }) => score);

  expect(await scores(1)).toEqual(await scores(1));
  expect(await scores(1)).not.toEqual(await scores(2));
});
