import { afterAll, expect, test } from "vitest";
import type { JsonObject, JsonValue } from "../../../src/base/json/json.ts";
import { cases, open, predict, startModels } from "./models.ts";

const models = startModels();
afterAll(() => models.close());

/** A list of one is a value in what Python gives, rows of one column. */
const single = (value: unknown): unknown => (Array.isArray(value) && value.length === 1 ? value[0] : value);

function expectAlike(actual: JsonValue | undefined, wanted: unknown): void {
  if (typeof wanted === "number")
    expect(Math.abs(Number(actual) - wanted)).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(wanted)));
  else if (Array.isArray(wanted)) {
    expect(actual).toHaveLength(wanted.length);
    for (const [i, element] of wanted.entries()) expectAlike((actual as JsonValue[])[i], element);
  } else if (typeof wanted === "object" && wanted !== null) {
    expect(Object.keys(actual as JsonObject)).toEqual(Object.keys(wanted));
    for (const [key, element] of Object.entries(wanted)) expectAlike((actual as JsonObject)[key], element);
  } else expect(actual).toBe(wanted);
}

for (const { model: name, columns, rows, outputs, trained } of cases.filter(
  ({ model }) => model !== "types",
)) {
  test(`what ${name} predicts is what Python predicted with it`, async () => {
    const model = await open(models, name, columns);
    const told = await predict(model, rows);

    expect(told).toHaveLength(rows.length);
    for (const [row, actual] of told.entries()) {
      expect(Object.keys(actual).sort()).toEqual(Object.keys(outputs).sort());
      for (const source of [outputs, trained]) {
        for (const [key, values] of Object.entries(source)) expectAlike(actual[key], single(values[row]));
      }
    }
    await model.close();
  });
}

test("each type of output is told as what it is in JSON, and no digit of an integer is lost", async () => {
  const model = await open(models, "types");

  const told = await predict(model, [[1.5], [-2], [8]]);

  expect(JSON.stringify(told[0])).toBe(
    '{"flags":true,"integers":1152921504606846978,"texts":"1","doubles":1.5}',
  );
  expect(JSON.stringify(told[1])).toBe(
    '{"flags":false,"integers":1152921504606846975,"texts":"-2","doubles":-2}',
  );
});

test("one row by itself is predicted as it is among others", async () => {
  const { columns, rows } = cases.find(({ model }) => model === "forest-maps")!;
  const model = await open(models, "forest-maps", columns);

  const together = await predict(model, rows);
  const alone = await Promise.all(rows.map((row) => predict(model, [row])));

  expect(alone.flat()).toEqual(together);
});

test("a graph that takes one row at a time is given one at a time", async () => {
  const model = await open(models, "fixed-batch", ["a", "b", "c"]);
  const free = await open(models, "linear", ["a", "b", "c"]);
  const rows = [
    [1, 2, 3],
    [4, 5, 6],
    [-1, 0, 1],
  ];

  expect(await predict(model, rows)).toEqual(await predict(free, rows));
});

test("a graph that says something of all rows together is given one at a time", async () => {
  const model = await open(models, "together", ["a", "b", "c"]);

  expect(
    await predict(model, [
      [1, 2, 3],
      [4, 5, 6],
    ]),
  ).toEqual([{ mean: [1, 2, 3] }, { mean: [4, 5, 6] }]);
});

test("what is no finite number is null, and the other rows keep their values", async () => {
  const model = await open(models, "not-finite");

  expect(await predict(model, [[-1], [0], [1], [Number.NaN]])).toEqual([
    { logarithm: null },
    { logarithm: null },
    { logarithm: 0 },
    { logarithm: null },
  ]);
});

test("a row with what is no number is not given to a graph that takes integers", async () => {
  const model = await open(models, "integers", ["a", "b", "c"]);

  const [first, second] = await predict(model, [
    [1, Number.NaN, 1],
    [1, 1, 1],
  ]);

  expect(first).toEqual({ variable: null });
  expect(second?.variable).toBeTypeOf("number");
});

test("of several outputs those are told that are asked for", async () => {
  const model = await open(models, "forest-maps", ["a", "b", "c"], { outputs: ["output_probability"] });

  const [told] = await predict(model, [[0, 0, 0]]);

  expect(Object.keys(told!)).toEqual(["output_probability"]);
  expect(Object.keys(told!.output_probability as JsonObject)).toEqual(["0", "1", "2"]);
});

test("no rows have no outputs", async () => {
  const model = await open(models, "linear", ["a", "b", "c"]);

  expect(await predict(model, [])).toEqual([]);
});
