// What is told of a row afterwards, which a model is to learn to say before.

import { describe, expect, test } from "vitest";
import type { JsonValue } from "../../../src/base/json/json.ts";
import { upTo } from "../../journal/appends.ts";
import { at, rowsOf, tableOf, told, usePast, write } from "./past.ts";
import { input, predictorWith } from "./predictors.ts";

usePast();

describe("a label", () => {
  const label = ["attributes", "failed"];
  const tell = (value: JsonValue, passed = 1_000) => write("modify", "/attributes/failed", value, passed);

  test("is the first value that is told after the row", async () => {
    await told([1, 2]);
    await tell(false);
    await told([3]);
    await tell(true);
    await tell(false);
    await told([4]);
    const { columns, rows } = await tableOf(predictorWith(), { label });
    expect(columns.at(-1)).toBe("label");
    expect(rows.map(([, revision, , v, truth]) => [revision, v, truth])).toEqual([
      [2, 1, false],
      [3, 2, false],
      [5, 3, true],
      [8, 4, null],
    ]);
  });

  test("that comes too late is none", async () => {
    await told([1, 2]);
    await tell(7);
    expect(await rowsOf(predictorWith(), { label, labelWithinMs: 1_000 })).toEqual([
      [2, 1, null],
      [3, 2, 7],
    ]);
  });

  test("may come after the range", async () => {
    await told([1, 2]);
    await tell("broken");
    expect(await rowsOf(predictorWith(), { label, to: at(1) })).toEqual([[2, 1, "broken"]]);
    const query = { label, to: at(1), labelWithinMs: 2_000 };
    expect(await rowsOf(predictorWith(), query)).toEqual([[2, 1, "broken"]]);
  });

  test("is what predictions are compared with where none is asked for", async () => {
    const truth = {
      ...{ path: label, output: ["x"], kind: "regression" as const },
      ...{ threshold: 0.5, withinMs: 1_000 },
    };
    const predictor = predictorWith({
      monitoring: { baselineSize: 1, windowSize: 1, alerts: [], truth },
    });
    await told([1, 2]);
    await tell(7);
    expect(await rowsOf(predictor)).toEqual([
      [2, 1, null],
      [3, 2, 7],
    ]);
  });

  test("is waited for by a bounded number of rows: the oldest go without", async () => {
    const inputs = upTo(20_000).map((i) => input({ name: `v${i}` }));
    await told(upTo(150), 1_000);
    await tell(true);
    const rows = await tableOf(predictorWith({ inputs }), { label });
    const labels = rows.rows.map((row) => row.at(-1));
    expect(labels).toHaveLength(150);
    expect(labels.filter((one) => one === null)).toHaveLength(100);
    expect(labels.slice(100).every((one) => one === true)).toBe(true);
  });
});
