// What is noted beside each predicted value, as metadata of the thing: by what it was made, and from which revision.

import { getKey, isObject, type JsonObject, type JsonValue } from "../../base/json/json.ts";
import { getAt, type Path } from "../../base/json/pointer.ts";
import type { EntityState } from "../../signals/signal.ts";
import type { ModelSpec, Output } from "../model.ts";
import type { Placed, Prediction } from "./resolve.ts";

/** The key of the note at each predicted property. */
export const NOTE = "prediction";

/** Where a prediction comes from. */
export interface Provenance {
  readonly predictor: string;
  readonly spec: ModelSpec;
  /** Of the thing, as the model was given it. */
  readonly inputRevision: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly latencyMs: number;
  readonly confidence?: number | undefined;
  /** The predictors that have led to it, where it was not a reading alone; itself included. */
  readonly chain?: readonly string[] | undefined;
}

export function noteOf({ spec, time, latencyMs, confidence, chain, ...by }: Provenance): JsonObject {
  return {
    predictor: by.predictor,
    model: modelName(spec),
    version: spec.version,
    inputRevision: by.inputRevision,
    time: new Date(time).toISOString(),
    latency: Math.round(latencyMs * 10) / 10,
    ...(confidence !== undefined && { confidence }),
    ...(chain && { chain }),
  };
}

/** What a model is called in notes and metrics, such as `builtin/anomaly`. */
export function modelName(spec: ModelSpec): string {
  if (spec.type === "onnx") return "onnx";
  return spec.name === undefined ? spec.type : `${spec.type}/${spec.name}`;
}

/** The header `put-metadata` of the merge of a prediction at its feature. */
export const metadataHeader = (prediction: Prediction, note: JsonObject): JsonValue =>
  writtenPaths(prediction).map((path) => put(path, note));

/**
 * Where in its feature a prediction has values, or takes them away: the event that does so has the note as well, and the thing does not
 * keep it.
 */
export function writtenPaths({ properties, desiredProperties }: Prediction): readonly Path[] {
  const paths = (part: string, placed: Placed) => placed.map(([pointer]) => [part, ...pointer]);
  return [...paths("properties", properties), ...paths("desiredProperties", desiredProperties)];
}

/** Of keys only `~` is escaped here; no key of a property holds a slash. */
const put = (path: Path, value: JsonObject): JsonObject => ({
  key: `/${[...path, NOTE].map((key) => key.replaceAll("~", "~0")).join("/")}`,
  value,
});

/**
 * The input revision of a predictor's newest prediction on a thing; `undefined` where there is none, or nothing is stored. Of one that
 * took all values away nothing is left: made again, it finds nothing to take away.
 */
export function predictedRevision(
  { metadata }: EntityState,
  predictorId: string,
  { feature, properties, desiredProperties }: Output,
): number | undefined {
  const paths = [
    ...properties.map(({ pointer }) => ["properties", ...pointer]),
    ...desiredProperties.map(({ pointer }) => ["desiredProperties", ...pointer]),
  ];
  let newest: number | undefined;
  for (const path of paths) {
    const note = getAt(metadata, ["features", feature, ...path, NOTE]);
    if (!isObject(note) || getKey(note, "predictor") !== predictorId) continue;
    const revision = getKey(note, "inputRevision");
    if (typeof revision === "number") newest = Math.max(newest ?? 0, revision);
  }
  return newest;
}
