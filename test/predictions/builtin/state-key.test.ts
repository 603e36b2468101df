import { expect, test } from "vitest";
import type { JsonObject } from "../../../src/base/json/json.ts";
import { type BuiltinName, type BuiltinSpec, builtinNames } from "../../../src/predictions/model.ts";
import { stateKeyOf } from "../../../src/predictions/models/builtin/state-key.ts";
import { run, streaming } from "./quality/series.ts";

const keyOf = (name: BuiltinName, parameters: JsonObject, version = "1"): string =>
  stateKeyOf({ type: "builtin", name, version, parameters } satisfies BuiltinSpec);

const judging: readonly JsonObject[] = [
  { threshold: 0.5 },
  { halfLife: 1_000 },
  { halfLife: "1h" },
  { minScale: 0.2, threshold: 0.9 },
];

for (const parameters of judging) {
  test(`an anomaly model with ${JSON.stringify(parameters)} takes up what one without has learned`, async () => {
    const before = await streaming("anomaly", { warmUp: 10, window: 100 });
    const after = await streaming("anomaly", { ...parameters, warmUp: 10, window: 100 });
    const state = before.fresh();
    for (let i = 0; i < 400; i++) before.step(state, [Math.sin(i)], i);

    expect(keyOf("anomaly", { ...parameters, warmUp: 10, window: 100 })).toBe(
      keyOf("anomaly", { warmUp: 10, window: 100 }),
    );
    const taken = after.restore(before.save(state));
    expect(taken).toBeDefined();
    expect(after.step(taken, [0], 400).confidence).toBe(1);
    expect(run(after, [[0]])[0]?.confidence).toBeLessThan(1);
  });
}

test("models of other names, or with other parameters that shape states, have other keys", () => {
  const keys = [
    ...builtinNames.map((name) => keyOf(name, {})),
    keyOf("anomaly", { warmUp: 10, window: 100 }),
    keyOf("anomaly", { trees: 0 }),
    keyOf("forecast", { season: 24 }),
    keyOf("clustering", { halfLife: 10 }),
    keyOf("remaining-useful-life", { threshold: 1 }),
    keyOf("remaining-useful-life", { threshold: 2 }),
  ];

  expect(new Set(keys).size).toBe(keys.length);
});

test("neither the version nor the order of parameters makes another key", () => {
  expect(keyOf("anomaly", { trees: 3, depth: 4 }, "2")).toBe(keyOf("anomaly", { depth: 4, trees: 3 }, "1"));
});
