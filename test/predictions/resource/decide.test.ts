// What commands make of a predictor.

import { expect, test } from "vitest";
import type { JsonObject, JsonValue } from "../../../src/base/json/json.ts";
import { decide, type Known, type PredictorNow } from "../../../src/predictions/decide.ts";
import type { Caller, PredictorCommand } from "../../../src/predictions/predictors-api.ts";
import { readPredictor } from "../../../src/predictions/read/read-predictor.ts";
import { builtin, http, jsonOf, onnx, operator, someone } from "./predictors.ts";

type Action =
  | { readonly action: "put" | "patch"; readonly value: JsonValue }
  | { readonly action: "activate"; readonly version: string }
  | { readonly action: "delete" | "rollback" };

const now = (value: JsonObject): PredictorNow => ({ revision: 3, value, document: readPredictor(value) });
const nothing: Known = { files: new Set(), earlierModel: undefined };

const decided = (
  before: JsonObject | undefined,
  action: Action,
  { caller = operator, ...known }: Partial<Known> & { readonly caller?: Caller } = {},
) => {
  const command = { id: "watch", caller, headers: {}, ...action } as PredictorCommand;
  return decide(before && now(before), command, { ...nothing, ...known });
};
const outcome = (...asked: Parameters<typeof decided>): JsonObject =>
  decided(...asked).change.value as JsonObject;

test("a put creates what is not there and replaces what is; the ID is that of the path", () => {
  const { id: _id, ...value } = jsonOf();

  expect(decided(undefined, { action: "put", value })).toMatchObject({
    event: "created",
    change: { action: "created", path: [], value: jsonOf() },
    document: { id: "watch" },
  });
  expect(decided(jsonOf({ description: "old" }), { action: "put", value })).toMatchObject({
    event: "modified",
    change: { action: "modified", path: [], value },
  });
  expect(() => decided(undefined, { action: "put", value: jsonOf({ id: "other" }) })).toThrow("(/id)");
  expect(() => decided(undefined, { action: "put", value: [] })).toThrow("It must be an object");
});

test("a patch changes members, and takes away those that are null", () => {
  const after = outcome(jsonOf({ description: "old", shadow: [onnx] }), {
    action: "patch",
    value: { description: null, status: "paused", bind: { filter: null } },
  });

  expect(after).toEqual(jsonOf({ status: "paused", shadow: [onnx], bind: { namespaces: ["org.factory"] } }));
});

test.each([
  ["that leaves no predictor", { inputs: null }, "(/inputs)"],
  ["of the ID", { id: "other" }, "(/id)"],
  ["that is no object", "paused", "must be an object"],
])("a patch %s is refused", (_what, value, reason) => {
  expect(() => decided(jsonOf(), { action: "patch", value })).toThrow(reason);
});

test.each(["patch", "delete", "activate", "rollback"] as const)("%s needs a predictor", (action) => {
  expect(() => decided(undefined, { action, value: {}, version: "1" } as Action)).toThrow(
    "There is no predictor",
  );
});

test("what cannot be read can be replaced and deleted, and nothing else", () => {
  const { id: _id, ...value } = jsonOf();
  const fault = new Error("sealed") as never;
  const unreadable: PredictorNow = { revision: 3, value: { id: "watch", model: http }, fault };
  const on = (action: Action) =>
    decide(
      unreadable,
      { id: "watch", caller: operator, headers: {}, ...action } as PredictorCommand,
      nothing,
    );

  expect(on({ action: "put", value }).event).toBe("modified");
  expect(on({ action: "delete" }).event).toBe("deleted");
  for (const action of ["patch", "activate", "rollback"] as const)
    expect(() => on({ action, value: {}, version: "1" } as Action)).toThrow("sealed");
  // Of its secrets only sealed ones are there.
  const keeping = { ...value, model: { ...http, credentials: { type: "bearer", token: "***" } } };
  expect(() => on({ action: "put", value: keeping })).toThrow("(/model/credentials/token)");
});

const second: JsonObject = { ...onnx, version: "v2" };
const trying = jsonOf({ model: builtin, shadow: [http, second], canary: { share: 0.1, model: onnx } });
const { shadow: _shadow, canary: _canary, ...plain } = trying;

test("a shadow that is activated is the model, and no shadow any more; the canary stays", () => {
  expect(outcome(trying, { action: "activate", version: "h1" })).toEqual({
    ...plain,
    model: http,
    shadow: [second],
    canary: { share: 0.1, model: onnx },
  });
});

test("a canary that is activated is the model, and there is no canary any more", () => {
  expect(outcome(trying, { action: "activate", version: "v1" }, { files: new Set(["v1"]) })).toEqual({
    ...plain,
    model: onnx,
    shadow: [http, second],
  });
});

test("the version that is active stays so", () => {
  expect(outcome(trying, { action: "activate", version: "1" })).toEqual(trying);
});

test("another file of an ONNX model is activated with its options", () => {
  const before = jsonOf({ model: { ...onnx, maxBatch: 8 } });

  expect(outcome(before, { action: "activate", version: "v7" }, { files: new Set(["v1", "v7"]) })).toEqual(
    jsonOf({ model: { ...onnx, maxBatch: 8, version: "v7" } }),
  );
});

test.each([
  ["that nothing is called", trying, "nope"],
  ["whose file is missing", trying, "v2"],
  ["of a file that is missing", jsonOf({ model: onnx }), "v7"],
  ["that is active and whose file is missing", jsonOf({ model: onnx }), "v1"],
])("a version %s is not activated", (_what, before, version) => {
  expect(() => decided(before, { action: "activate", version })).toThrow("no model of the version");
});

test("a model that is gone back to is no shadow any more", () => {
  expect(outcome(trying, { action: "rollback" }, { earlierModel: http })).toEqual({
    ...plain,
    model: http,
    shadow: [second],
    canary: { share: 0.1, model: onnx },
  });
  expect(() => decided(trying, { action: "rollback" })).toThrow("no other model to go back to");
  expect(() => decided(trying, { action: "rollback" }, { earlierModel: second })).toThrow(
    "no model of the version",
  );
});

const hidden: JsonObject = {
  ...http,
  headers: { "x-key": "***" },
  credentials: { type: "bearer", token: "***" },
};
const without = (json: JsonObject): JsonObject => {
  const { id: _id, ...value } = json;
  return value;
};

test("three stars keep a secret, of the same version wherever it is, or else in the same place", () => {
  const before = jsonOf({ model: http });
  const renamed = { ...hidden, version: "h2" };

  expect(outcome(before, { action: "put", value: without(jsonOf({ model: hidden })) })).toEqual(before);
  expect(outcome(before, { action: "put", value: without(jsonOf({ model: renamed })) })).toEqual(
    jsonOf({ model: { ...http, version: "h2" } }),
  );
  expect(outcome(before, { action: "put", value: without(jsonOf({ shadow: [hidden] })) })).toEqual(
    jsonOf({ shadow: [http] }),
  );
});

test("three stars where there was no secret are refused", () => {
  expect(() => decided(undefined, { action: "put", value: without(jsonOf({ model: hidden })) })).toThrow(
    "(/model/headers/x-key)",
  );
});

const elsewhere = { url: "https://thief.example.org/v2" };

test.each([
  ["a put", { action: "put", value: without(jsonOf({ model: { ...hidden, ...elsewhere } })) }],
  ["a patch", { action: "patch", value: { model: elsewhere } }],
  [
    "a patch into a shadow",
    { action: "patch", value: { model: { version: "h0" }, shadow: [{ ...hidden, ...elsewhere }] } },
  ],
] as const)("who may not know a secret cannot have it sent elsewhere by %s", (_what, action) => {
  expect(() => decided(jsonOf({ model: http }), action, { caller: someone("nginx:ditto") })).toThrow(
    "must be given anew",
  );
});

test("who may not know a secret can change what else there is of the model, and an operator the server", () => {
  const before = jsonOf({ model: http });

  expect(
    outcome(
      before,
      { action: "patch", value: { model: { retries: 0 } } },
      { caller: someone("nginx:ditto") },
    ),
  ).toEqual(jsonOf({ model: { ...http, retries: 0 } }));
  expect(outcome(before, { action: "patch", value: { model: elsewhere } })).toEqual(
    jsonOf({ model: { ...http, ...elsewhere } }),
  );
});
