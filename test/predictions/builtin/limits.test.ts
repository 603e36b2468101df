// What a thing may cost: memory of its state, and time of a step.

import { expect, test } from "vitest";
import type { JsonObject } from "../../../src/base/json/json.ts";
import { modelInvalid } from "../../../src/predictions/errors.ts";
import type { BuiltinName } from "../../../src/predictions/model.ts";
import { openBuiltin, outputsOf } from "../../../src/predictions/models/builtin/builtin.ts";
import { streaming } from "./quality/series.ts";

interface Case {
  readonly name: BuiltinName;
  readonly parameters: JsonObject;
  readonly columns: number;
}

const named = (columns: number): string[] => Array.from({ length: columns }, (_, i) => `x${i}`);
const MOST = 512 * 1_024;

const allowed: readonly Case[] = [
  { name: "anomaly", parameters: {}, columns: 1 },
  { name: "anomaly", parameters: {}, columns: 1_024 },
  { name: "anomaly", parameters: { trees: 0 }, columns: 1_024 },
  { name: "anomaly", parameters: { trees: 16, depth: 12 }, columns: 1 },
  { name: "forecast", parameters: {}, columns: 1_024 },
  { name: "forecast", parameters: { season: 2_016 }, columns: 1 },
  { name: "remaining-useful-life", parameters: { threshold: 1 }, columns: 1_024 },
  { name: "remaining-useful-life", parameters: { mode: "usage", limit: 1 }, columns: 1 },
  { name: "clustering", parameters: {}, columns: 1_024 },
  { name: "clustering", parameters: { k: 64 }, columns: 9 },
];

for (const { name, parameters, columns } of allowed) {
  test(`${name} ${JSON.stringify(parameters)} of ${columns} columns tells what its states take`, async () => {
    const model = await streaming(name, parameters, named(columns));

    const { arrays } = model.save(model.fresh()) as { arrays: string[] };
    const bytes = arrays.reduce((sum, text) => sum + Buffer.from(text, "base64").length, 0);
    expect(model.stateBytes).toBeGreaterThan(bytes);
    expect(model.stateBytes).toBeLessThan(bytes + 1_000);
    expect(model.stateBytes).toBeLessThanOrEqual(MOST);
  });
}

const refused: readonly (Case & { readonly says: string })[] = [
  { name: "anomaly", parameters: { warmUp: 1_000 }, columns: 1_024, says: `${MOST} at most` },
  { name: "anomaly", parameters: { trees: 100, depth: 12 }, columns: 1, says: "'depth'" },
  { name: "anomaly", parameters: { trees: 100, depth: 12 }, columns: 1, says: "9 at most with 100 trees" },
  { name: "clustering", parameters: { k: 64, seedSize: 1_000 }, columns: 256, says: "'k' must be smaller" },
  {
    name: "clustering",
    parameters: { k: 20, seedSize: 1_000 },
    columns: 20,
    says: "'seedSize' is 500 at most",
  },
];

for (const { name, parameters, columns, says } of refused) {
  test(`${name} ${JSON.stringify(parameters)} of ${columns} columns is refused, saying ${says}`, async () => {
    const spec = { type: "builtin", version: "1", name, parameters } as const;
    const error = await openBuiltin(spec, named(columns), "p").catch((reason: unknown) => reason);

    expect(modelInvalid.is(error)).toBe(true);
    expect((error as Error).message).toContain(says);
    expect(() => outputsOf(spec, named(columns))).toThrow(says);
  });
}

test("a seedSize that was told to be allowed is", async () => {
  const model = await streaming("clustering", { k: 20, seedSize: 500 }, named(20));

  expect(model.stateBytes).toBeLessThan(MOST);
});

/** The longest step of so many, in milliseconds. */
async function longestStep({ name, parameters, columns }: Case, steps: number): Promise<number> {
  const model = await streaming(name, parameters, named(columns));
  const state = model.fresh();
  let longest = 0;
  for (let i = 0; i < steps; i++) {
    const values = named(columns).map((_, column) => Math.sin(i * (column + 1)) + Math.cos(i * i));
    const begin = performance.now();
    model.step(state, values, i * 1_000);
    longest = Math.max(longest, performance.now() - begin);
  }
  return longest;
}

test("centres of many clusters, columns and readings are found without holding others up", async () => {
  // Some milliseconds; without bounds it was half a second and more.
  const many = { name: "clustering", parameters: { k: 16 }, columns: 64 } as const;
  const long = { name: "clustering", parameters: { k: 20, seedSize: 500 }, columns: 20 } as const;

  expect(await longestStep(many, 81)).toBeLessThan(150);
  expect(await longestStep(long, 501)).toBeLessThan(150);
});
