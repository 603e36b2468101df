// The models in the JSON of a predictor: its own, its shadows, its canary's. The JSON may be any part of one that can be.

import { getKey, isArray, isObject, type JsonObject, type JsonValue } from "../base/json/json.ts";

/** A model and its pointer. */
export interface ModelIn {
  readonly value: JsonObject;
  readonly at: string;
}

/** The JSON with each model changed; what is no object stays. */
export function mapModels(
  json: JsonObject,
  change: (model: JsonObject, at: string) => JsonObject,
): JsonObject {
  const changed = (value: JsonValue, at: string): JsonValue => (isObject(value) ? change(value, at) : value);
  const { model, shadow, canary } = json;
  const canaryModel = isObject(canary) ? canary.model : undefined;
  return {
    ...json,
    ...(model === undefined ? {} : { model: changed(model, "/model") }),
    ...(isArray(shadow) ? { shadow: shadow.map((one, i) => changed(one, `/shadow/${i}`)) } : {}),
    ...(isObject(canary) && canaryModel !== undefined
      ? { canary: { ...canary, model: changed(canaryModel, "/canary/model") } }
      : {}),
  };
}

/** All of them, the predictor's own first. */
export function modelsIn(json: JsonObject): readonly ModelIn[] {
  const found: ModelIn[] = [];
  mapModels(json, (value, at) => {
    found.push({ value, at });
    return value;
  });
  return found;
}

/** The version of a model that names none. */
export const FIRST_VERSION = "1";

/** The version that a model has by its JSON. */
export const versionIn = (model: JsonObject): JsonValue => getKey(model, "version") ?? FIRST_VERSION;

/** Whether a model is the uploaded file of the version. */
export const isFileOf = (model: JsonObject, version: string): boolean =>
  model.type === "onnx" && versionIn(model) === version;
