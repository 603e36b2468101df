// The JSON of predictors: what is one, what is none and why, and in which form it is kept.

import fc from "fast-check";
import { expect, test } from "vitest";
import { TwinError } from "../../../src/base/errors.ts";
import type { JsonObject } from "../../../src/base/json/json.ts";
import { parseJson } from "../../../src/base/json/parse.ts";
import { type Path, setAt } from "../../../src/base/json/pointer.ts";
import { normalPredictor } from "../../../src/predictions/print.ts";
import { readPredictor } from "../../../src/predictions/read/read-predictor.ts";
import { wireValidator } from "../../support/wire-schemas.ts";
import { contradictory, malformed, valid } from "./examples.ts";
import { builtin, http, input, jsonOf, predictorOf } from "./predictors.ts";

const refusal = (json: JsonObject): TwinError => {
  try {
    readPredictor(json);
  } catch (error) {
    if (error instanceof TwinError) return error;
    throw error;
  }
  throw new Error("it was accepted");
};

const isInSchema = wireValidator("Predictor");

test.each(valid)("a predictor %s is read, and its schema takes it", (_what, json) => {
  expect(readPredictor(json)).toMatchObject({ id: "watch" });
  expect(isInSchema(json), JSON.stringify(isInSchema.errors)).toBe(true);
});

test.each(malformed)("a predictor %s is refused, by its schema too", (_what, json, field) => {
  const error = refusal(json);

  expect(error.code).toBe("predictors:predictor.invalid");
  expect(error.message).toContain(`(${field === "" ? "/" : field})`);
  expect(isInSchema(json)).toBe(false);
});

test.each(contradictory)("a predictor %s is refused", (_what, json, field) => {
  const error = refusal(json);

  expect(error.code).toBe("predictors:predictor.invalid");
  expect(error.message).toContain(`(${field === "" ? "/" : field})`);
});

test("what is not given has a default", () => {
  const fields = { status: undefined, bind: undefined, trigger: undefined } as unknown as JsonObject;
  const shadow = [{ type: "onnx", version: "v1" }, http];

  expect(predictorOf({ ...fields, shadow })).toEqual({
    id: "watch",
    status: "active",
    authorizationContext: ["nginx:ditto"],
    bind: {},
    trigger: { paths: [["features", "vibration", "properties", "value"]], debounceMs: 0 },
    inputs: [
      {
        name: "v",
        path: ["features", "vibration", "properties", "value"],
        aggregate: "last",
        missing: "skip",
        expect: {},
      },
    ],
    model: { type: "builtin", version: "1", name: "anomaly", parameters: {} },
    shadows: [
      { type: "onnx", version: "v1", timeoutMs: 2_000, maxBatch: 256 },
      {
        ...{ type: "http", version: "h1", url: "https://models.example.org/v2", protocol: "open-inference" },
        ...{ name: "wear", datatype: "FP32", headers: { "x-key": "key-in-a-header" } },
        credentials: { type: "bearer", token: "very-secret-token" },
        ...{
          timeoutMs: 2_000,
          retries: 2,
          maxBatch: 64,
          batchDelayMs: 5,
          failuresUntilOpen: 5,
          openMs: 10_000,
        },
      },
    ],
    output: {
      feature: "vibration-watch",
      properties: [
        { pointer: ["score"], from: ["score"] },
        { pointer: ["anomalous"], from: ["anomalous"] },
      ],
      desiredProperties: [],
      eventOnly: false,
    },
    monitoring: { baselineSize: 1_000, windowSize: 500, alerts: [] },
  });
});

test("windows, lags and durations are numbers of readings or milliseconds", () => {
  const inputs = [
    { ...input, window: 20, aggregate: "p99.9" },
    { ...input, name: "a", window: "10m", aggregate: "slope" },
    { ...input, name: "b", lag: "5m" },
  ];
  const predictor = predictorOf({ inputs, trigger: { debounce: "500ms", every: "1m" } });

  expect(predictor.inputs.map(({ window, lag }) => window ?? lag)).toEqual([
    { count: 20 },
    { ms: 600_000 },
    { ms: 300_000 },
  ]);
  expect(predictor.trigger).toMatchObject({ debounceMs: 500, everyMs: 60_000 });
});

test("inputs of one path trigger once", () => {
  const trigger = undefined as unknown as JsonObject;

  expect(predictorOf({ trigger, inputs: [input, { ...input, name: "w" }] }).trigger.paths).toHaveLength(1);
});

test.each(["", ".", "..", "a/b", "ä", "x".repeat(101)])("'%s' is no ID", (id) => {
  expect(["predictors:predictor.id.invalid", "predictors:predictor.invalid"]).toContain(
    refusal(jsonOf({ id })).code,
  );
});

test("an integer beyond all doubles is no number", () => {
  const json = parseJson(
    JSON.stringify(jsonOf({ inputs: [{ ...input, lag: 7 }] })).replace(":7", ":9007199254740993"),
  );

  expect(refusal(json as JsonObject).message).toContain("(/inputs/0/lag)");
});

test("a refusal repeats no secret", () => {
  const json = jsonOf({ model: { ...http, credentials: "very-secret-token" } });

  expect(JSON.stringify(refusal(json))).not.toContain("very-secret-token");
});

test("members called like those of every object are strangers", () => {
  const json = JSON.parse(
    JSON.stringify(jsonOf()).replace('"bind"', '"__proto__":{"status":"paused"},"bind"'),
  );

  expect(refusal(json).message).toContain("(/__proto__)");
});

test("the form that is kept is what was given, without slashes before pointers; keeping it again changes nothing", () => {
  const given = {
    ...{ authorizationContext: ["nginx:ditto"], model: builtin },
    inputs: [{ name: "v", path: "/attributes/v" }],
    trigger: { paths: ["/attributes/v"], debounce: "60s" },
    output: { feature: "f", properties: { "/a/b": "/probabilities/1" }, confidence: "/c" },
  };
  const kept = normalPredictor("watch", given);

  expect(kept).toEqual({
    ...given,
    ...{ id: "watch", status: "active" },
    inputs: [{ name: "v", path: "attributes/v" }],
    trigger: { paths: ["attributes/v"], debounce: "60s" },
    output: { feature: "f", properties: { "a/b": "probabilities/1" }, confidence: "c" },
  });
  expect(normalPredictor("watch", kept)).toEqual(kept);
  expect(readPredictor(kept)).toEqual(readPredictor({ ...given, id: "watch" }));
});

test.each(valid)("a predictor %s is the same in the form that is kept", (_what, json) => {
  expect(readPredictor(normalPredictor("watch", json))).toEqual(readPredictor(json));
});

/** All places in a value, arrays left whole. */
function placesIn(value: unknown, at: Path = []): Path[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [at];
  return [at, ...Object.entries(value).flatMap(([key, member]) => placesIn(member, [...at, key]))];
}

test("whatever stands anywhere in a predictor, it is read or refused in our words, and nothing breaks", () => {
  const whole = (valid[1] as readonly [string, JsonObject])[1];
  const places = placesIn(whole).filter((place) => place.length > 0);

  fc.assert(
    fc.property(fc.constantFrom(...places), fc.jsonValue(), (place, value) => {
      const json = setAt(whole, place, value as JsonObject) as JsonObject;
      try {
        expect(normalPredictor("watch", json)).toEqual(
          normalPredictor("watch", normalPredictor("watch", json)),
        );
        readPredictor(json);
      } catch (error) {
        expect(error).toBeInstanceOf(TwinError);
      }
    }),
    { numRuns: 2_000 },
  );
});
