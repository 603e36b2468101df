// How much a predictor may keep of one thing.

import { expect, test } from "vitest";
import type { JsonObject } from "../../../src/base/json/json.ts";
import { boundsOf } from "../../../src/predictions/inputs/bounds.ts";
import type { Input } from "../../../src/predictions/model.ts";
import { readPredictor } from "../../../src/predictions/read/read-predictor.ts";
import { input } from "./observations.ts";

const other = ["attributes", "other"];
const bounds = (...inputs: readonly Partial<Input>[]) => boundsOf(inputs.map(input));

test("windows by number count as what they say, once however many inputs share them", () => {
  const window = { count: 5_000 };
  expect(bounds({ window }, { window }).needed).toBe(5_000);
  expect(bounds({ window }, { window, path: other }, { window: { count: 1 } }).needed).toBe(10_001);
  expect(bounds({ lag: { count: 3 } }, { lag: { count: 9 } }, { lag: { count: 7 } }).needed).toBe(9);
});

test("those of time share what is left", () => {
  const window = { ms: 1_000 };
  expect(bounds({})).toEqual({ needed: 0, ofTime: 10_000 });
  expect(bounds({ window }, { window, path: other })).toEqual({ needed: 600, ofTime: 10_000 });
  expect(bounds({ window }, { lag: window }, { lag: { ms: 1 } }, { window: { count: 10_000 } })).toEqual({
    needed: 10_600,
    ofTime: 5_000,
  });
});

test("inputs that would keep too much are refused, with what they would keep", () => {
  const read = (inputs: readonly JsonObject[]) =>
    readPredictor({
      ...{ id: "watch", authorizationContext: ["nginx:ditto"], inputs },
      model: { type: "builtin", name: "anomaly" },
      output: { feature: "out", properties: { score: "score" } },
    });
  const of = (count: number, window: number | string) =>
    Array.from({ length: count }, (_, i) => ({
      ...{ name: `i${i}`, path: `features/f/properties/p${i}`, window, aggregate: "mean" },
    }));
  expect(read(of(2, 10_000)).inputs).toHaveLength(2);
  expect(read(of(66, "10m")).inputs).toHaveLength(66);
  expect(() => read(of(3, 10_000))).toThrow(/30000 readings.*20000/);
  expect(() => read(of(67, "10m"))).toThrow(/20100 readings/);
});
