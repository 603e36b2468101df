import { expect, test } from "vitest";
import type { JsonObject } from "../../../src/base/json/json.ts";
import type { Outputs } from "../../../src/predictions/models/scoring.ts";
import { counted, saidOfLast } from "./one-column.ts";
import { run, streaming } from "./quality/series.ts";

const after = (
  values: readonly number[],
  parameters: JsonObject,
  times?: readonly number[],
): Promise<Outputs> => saidOfLast("forecast", values, parameters, times);

test("a line is forecast along the line", async () => {
  const outputs = await after(
    counted(300, (i) => 5 + 2 * i),
    { horizon: 10 },
  );

  expect(outputs.value).toBeCloseTo(5 + 2 * 309, 0);
  expect(outputs.trend).toBeCloseTo(2, 1);
  expect(outputs.confidence).toBeGreaterThan(0.99);
});

test("a season is forecast as it was", async () => {
  const day = [0, 1, 5, 9, 5, 1];
  const values = counted(120, (i) => 100 + i + (day[i % 6] as number));

  for (const horizon of [1, 3, 8]) {
    const { value } = await after(values, { season: 6, horizon });
    expect(value).toBeCloseTo(100 + 119 + horizon + (day[(119 + horizon) % 6] as number), 1);
  }
});

test("a season that multiplies grows with the level", async () => {
  const share = [0.5, 1, 1.5, 1];
  const values = counted(200, (i) => (100 + i) * (share[i % 4] as number));

  const { value } = await after(values, { season: 4, seasonality: "multiplicative", horizon: 3 });

  expect(Math.abs((value as number) - 302 * (share[202 % 4] as number))).toBeLessThan(3);
});

test("before two seasons are over it is said as it was a season ago, without an interval", async () => {
  const outputs = await after([1, 2, 3, 1, 2], { season: 3 });

  expect(outputs).toMatchObject({ value: 3, lower: null, upper: null, confidence: 0 });
});

test("one reading is forecast to stay", async () => {
  expect(await after([7], {})).toMatchObject({ value: 7, lower: null, residual: null, confidence: 0 });
});

test("nothing is said before the first reading", async () => {
  expect(await after([Number.NaN], {})).toMatchObject({ value: null, residual: null });
});

test("the residual is how far the reading is above its forecast", async () => {
  const model = await streaming("forecast", {});
  const outputs = run(
    model,
    counted(100, (i) => (i === 99 ? 8 : 3)).map((value) => [value]),
  );

  expect(outputs[99]?.residual).toBeCloseTo(8 - (outputs[98]?.value as number), 9);
  expect(outputs[99]?.residual).toBeCloseTo(5, 9);
});

test("a missing reading moves the series on by a step", async () => {
  const values = counted(200, (i) => 2 * i);
  values[199] = Number.NaN;

  const outputs = await after(values, {});

  expect(outputs.value).toBeCloseTo(400, 0);
  expect(outputs.residual).toBeNull();
});

test("a horizon in time is as many readings as come in it", async () => {
  const times = counted(100, (i) => i * 600_000);

  expect(
    await after(
      counted(100, (i) => i),
      { horizon: "1h" },
      times,
    ),
  ).toMatchObject({ steps: 6 });
  expect(await after([1, 1, 1], { horizon: "1h" }, [5, 5, 5])).toMatchObject({ steps: 1 });
});

test("farther ahead the interval is wider", async () => {
  const values = counted(300, (i) => Math.sin(i * i));
  const width = async (horizon: number) => {
    const { lower, upper } = await after(values, { horizon, alpha: 0.3, beta: 0.1 });
    return (upper as number) - (lower as number);
  };

  expect(await width(10)).toBeGreaterThan(await width(1));
});

test("parameters that are given are kept to", async () => {
  const values = [...new Array<number>(100).fill(0), 10];

  expect((await after(values, { alpha: 0.5, trend: "none" })).value).toBeCloseTo(5, 9);
});
