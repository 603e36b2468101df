// Predictors for tests, and who asks for them.

import type { JsonObject } from "../../../src/base/json/json.ts";
import type { Predictor } from "../../../src/predictions/model.ts";
import type { Caller } from "../../../src/predictions/predictors-api.ts";
import { readPredictor } from "../../../src/predictions/read/read-predictor.ts";

export const input: JsonObject = { name: "v", path: "features/vibration/properties/value" };
export const output: JsonObject = {
  feature: "vibration-watch",
  properties: { score: "score", anomalous: "anomalous" },
};
export const builtin: JsonObject = { type: "builtin", name: "anomaly" };
export const onnx: JsonObject = { type: "onnx", version: "v1" };
export const http: JsonObject = {
  type: "http",
  version: "h1",
  url: "https://models.example.org/v2",
  protocol: "open-inference",
  name: "wear",
  headers: { "x-key": "key-in-a-header" },
  credentials: { type: "bearer", token: "very-secret-token" },
};

/** The JSON of a valid predictor with some members changed; `undefined` leaves one out. */
export function jsonOf(fields: { readonly [key: string]: JsonObject[string] | undefined } = {}): JsonObject {
  const whole = {
    id: "watch",
    status: "active",
    authorizationContext: ["nginx:ditto"],
    bind: { namespaces: ["org.factory"], filter: "exists(features/vibration)" },
    trigger: { paths: ["features/vibration/properties/value"] },
    inputs: [input],
    model: builtin,
    output,
    ...fields,
  };
  return Object.fromEntries(Object.entries(whole).filter(([, value]) => value !== undefined)) as JsonObject;
}

export const predictorOf = (fields: JsonObject = {}): Predictor => readPredictor(jsonOf(fields));

export const operator: Caller = { isOperator: true, auth: { subjects: ["nginx:devops"] } };
export const someone = (...subjects: readonly string[]): Caller => ({
  isOperator: false,
  auth: { subjects },
});
