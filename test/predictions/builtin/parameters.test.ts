import { expect, test } from "vitest";
import type { JsonObject } from "../../../src/base/json/json.ts";
import { modelInvalid } from "../../../src/predictions/errors.ts";
import type { BuiltinName } from "../../../src/predictions/model.ts";
import { openBuiltin, outputsOf } from "../../../src/predictions/models/builtin/builtin.ts";

const columns = ["temperature", "vibration"];

const wrong: readonly { name: BuiltinName; parameters: JsonObject; says: string }[] = [
  { name: "anomaly", parameters: { treshold: 0.9 }, says: "'treshold'" },
  { name: "anomaly", parameters: { threshold: 2 }, says: "from 0 to 1" },
  { name: "anomaly", parameters: { threshold: "0.9" }, says: "from 0 to 1" },
  { name: "anomaly", parameters: { halfLife: "soon" }, says: "or a duration" },
  { name: "anomaly", parameters: { halfLife: "0s" }, says: "or a duration" },
  { name: "anomaly", parameters: { depth: 2.5 }, says: "whole number" },
  { name: "forecast", parameters: { column: "pressure" }, says: "temperature, vibration" },
  { name: "forecast", parameters: { season: 1 }, says: "2 readings or more" },
  { name: "forecast", parameters: { season: 100_000 }, says: "from 0 to 2016" },
  { name: "forecast", parameters: { trend: "up" }, says: '"damped"' },
  { name: "remaining-useful-life", parameters: {}, says: "'threshold'" },
  { name: "remaining-useful-life", parameters: { threshold: 0, shape: "exponential" }, says: "above 0" },
  { name: "remaining-useful-life", parameters: { mode: "usage" }, says: "'every' is required" },
  { name: "remaining-useful-life", parameters: { mode: "usage", limit: 1, every: 1 }, says: "not both" },
  {
    name: "remaining-useful-life",
    parameters: { mode: "usage", limit: 1, threshold: 1 },
    says: "'threshold'",
  },
  { name: "clustering", parameters: { k: 1 }, says: "from 2 to 64" },
  { name: "clustering", parameters: { k: 8, seedSize: 8 }, says: "from 16 to 1000" },
  { name: "clustering", parameters: { __proto__: null, constructor: 1 }, says: "'constructor'" },
];

for (const { name, parameters, says } of wrong) {
  test(`${name} with ${JSON.stringify(parameters)} is refused, saying ${says}`, async () => {
    const spec = { type: "builtin", version: "1", name, parameters } as const;
    const error = await openBuiltin(spec, columns, "p").catch((reason: unknown) => reason);

    expect(modelInvalid.is(error)).toBe(true);
    expect((error as Error).message).toContain(says);
    expect(() => outputsOf(spec, columns)).toThrow(says);
  });
}

test("a model without columns is refused", async () => {
  const spec = { type: "builtin", version: "1", name: "anomaly", parameters: {} } as const;

  await expect(openBuiltin(spec, [], "p")).rejects.toThrow("column");
});

test("the outputs of a model go by its parameters", () => {
  const names = (parameters: JsonObject) =>
    outputsOf({ type: "builtin", version: "1", name: "remaining-useful-life", parameters }, columns).map(
      ({ name }) => name,
    );

  expect(names({ threshold: 1 })).toContain("shape");
  expect(names({ mode: "usage", limit: 1 })).toContain("remainingUsage");
});
