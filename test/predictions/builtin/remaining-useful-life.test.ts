import { expect, test } from "vitest";
import type { JsonObject } from "../../../src/base/json/json.ts";
import { randomFrom } from "../../../src/predictions/models/builtin/random.ts";
import type { Outputs } from "../../../src/predictions/models/scoring.ts";
import { counted, saidOfLast } from "./one-column.ts";
import { run, streaming } from "./quality/series.ts";

const DAY_MS = 86_400_000;
const START = 1_700_000_000_000;

/** A reading a day. */
const daily = (values: readonly number[], parameters: JsonObject): Promise<Outputs> =>
  saidOfLast(
    "remaining-useful-life",
    values,
    parameters,
    values.map((_, i) => START + i * DAY_MS),
  );

test("wear along a line ends where the line meets the threshold", async () => {
  const outputs = await daily(
    counted(50, (i) => 1 + 0.1 * i),
    { threshold: 10 },
  );

  expect(outputs.remainingDays).toBeCloseTo(90 - 49, 6);
  expect(outputs.slope).toBeCloseTo(0.1, 9);
  expect(outputs).toMatchObject({ shape: "linear", r2: expect.closeTo(1, 9) as unknown });
});

test("wear that grows by a share of itself is taken for exponential", async () => {
  const outputs = await daily(
    counted(60, (i) => 1.05 ** i),
    { threshold: 1.05 ** 100 },
  );

  expect(outputs.shape).toBe("exponential");
  expect(outputs.remainingDays).toBeCloseTo(100 - 59, 3);
  expect(outputs.slope).toBeCloseTo(1.05 ** 59 * Math.log(1.05), 3);
});

test("what is used up falls to its threshold", async () => {
  const outputs = await daily(
    counted(40, (i) => 100 - 2 * i),
    { threshold: 10, direction: "down", shape: "linear" },
  );

  expect(outputs.remainingDays).toBeCloseTo(45 - 39, 6);
});

test("without a trend towards the threshold there is no end", async () => {
  const random = randomFrom(1);

  expect(
    await daily(
      counted(50, (i) => 5 - 0.1 * i),
      { threshold: 10 },
    ),
  ).toMatchObject({ remainingDays: null });
  expect(
    await daily(
      counted(50, () => 5),
      { threshold: 10 },
    ),
  ).toMatchObject({ remainingDays: null, upper: null });
  const { upper } = await daily(
    counted(50, () => 5 + random()),
    { threshold: 10 },
  );
  expect(upper).toBeNull();
});

test("beyond the threshold nothing is left", async () => {
  expect(
    await daily(
      counted(50, (i) => i),
      { threshold: 10 },
    ),
  ).toMatchObject({ remainingDays: 0, lower: 0, upper: 0 });
});

test("an outlier moves the end by little", async () => {
  const random = randomFrom(3);
  const values = counted(60, (i) => 0.1 * i + 0.1 * random());
  values[55] = 60;

  const { remainingDays } = await daily(values, { threshold: 10, shape: "linear" });

  expect(Math.abs((remainingDays as number) - 41)).toBeLessThan(4);
});

test("the interval holds the end about as often as it says", async () => {
  const random = randomFrom(5);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  let held = 0;
  for (let i = 0; i < 200; i++) {
    const values = counted(60, (day) => 0.1 * day + 0.5 * normal());
    const { lower, upper } = await daily(values, {
      threshold: 10,
      shape: "linear",
      halfLife: 1_000,
      interval: 0.9,
    });
    if ((lower as number) <= 41 && 41 <= ((upper as number | null) ?? Number.POSITIVE_INFINITY)) held++;
  }

  expect(held / 200).toBeGreaterThan(0.84);
  expect(held / 200).toBeLessThan(0.97);
});

test("a few readings, or readings of one moment, make no trend", async () => {
  const model = await streaming("remaining-useful-life", { threshold: 10 });

  expect(await daily([1, 2, 3], { threshold: 10 })).toMatchObject({ remainingDays: null, confidence: 0 });
  const sameMoment = run(
    model,
    counted(20, (i) => i).map((value) => [value]),
    new Array<number>(20).fill(START),
  );
  expect(sameMoment.at(-1)).toMatchObject({ remainingDays: null });
});

test("a counter reaches its limit at the rate that it has gone at", async () => {
  const outputs = await daily(
    counted(50, (i) => 8 * i),
    { mode: "usage", limit: 1_000 },
  );

  expect(outputs.remainingDays).toBeCloseTo((1_000 - 392) / 8, 6);
  expect(outputs.slope).toBeCloseTo(8, 6);
  expect(outputs).toMatchObject({ remainingUsage: 608, confidence: 1 });
});

test("a counter that was set back begins anew, at the rate that it had", async () => {
  const values = [...counted(30, (i) => 8 * i), 0, 8];

  const outputs = await daily(values, { mode: "usage", limit: 80 });

  expect(outputs.remainingDays).toBeCloseTo(9, 6);
});

test("each multiple is an end", async () => {
  const outputs = await daily(
    counted(33, (i) => 8 * i),
    { mode: "usage", every: 100 },
  );

  expect(outputs).toMatchObject({ remainingUsage: 300 - 256 });
  expect(outputs.remainingDays).toBeCloseTo(44 / 8, 6);
});

test("usage by fits and starts is less sure than steady usage", async () => {
  const steady = await daily(
    counted(40, (i) => 8 * i),
    { mode: "usage", limit: 1_000 },
  );
  const unsteady = await daily(
    counted(40, (i) => 40 * Math.floor(i / 5)),
    { mode: "usage", limit: 1_000 },
  );

  expect(unsteady.confidence).toBeLessThan(steady.confidence as number);
  expect(unsteady.upper).toBeGreaterThan(unsteady.remainingDays as number);
  expect(unsteady.lower).toBeLessThan(unsteady.remainingDays as number);
});

test("a counter that stands still has no end", async () => {
  expect(await daily([5, 5, 5, 5], { mode: "usage", limit: 10 })).toMatchObject({
    remainingDays: null,
    slope: 0,
  });
});
