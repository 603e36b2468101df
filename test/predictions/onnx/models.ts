// ONNX models of test/fixtures/predictions/onnx for tests, each in processes of its own.

import { createReadStream, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { JsonObject } from "../../../src/base/json/json.ts";
import type { OnnxSpec } from "../../../src/predictions/model.ts";
import { OnnxModels, type OnnxParts } from "../../../src/predictions/models/onnx/onnx-models.ts";
import { type BatchModel, ModelFault } from "../../../src/predictions/models/scoring.ts";

/** Of the fixtures. */
export const folder = fileURLToPath(new URL("../../fixtures/predictions/onnx/", import.meta.url));

/** Rows, and what Python gave for them. */
export interface Case {
  readonly model: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly number[])[];
  /** What onnxruntime gave for each output. */
  readonly outputs: Readonly<Record<string, readonly unknown[]>>;
  /** What scikit-learn itself said, for some of them. */
  readonly trained: Readonly<Record<string, readonly unknown[]>>;
}

export const cases = JSON.parse(readFileSync(`${folder}cases.json`, "utf8")) as readonly Case[];

export const contentOf = (name: string): Buffer => readFileSync(`${folder}${name}.onnx`);

/** To be closed at the end. A version is the name of a fixture. */
export function startModels(parts: Partial<OnnxParts> = {}): OnnxModels & AsyncDisposable {
  const models = new OnnxModels({
    readFile: (_, version) => createReadStream(`${folder}${version}.onnx`),
    processes: 1,
    memoryBytes: 2 ** 30,
    maxSessions: 100,
    ...parts,
  });
  return Object.assign(models, { [Symbol.asyncDispose]: () => models.close() });
}

/** Models out of bytes, whatever the version. */
export function modelsOf(content: Uint8Array) {
  return startModels({
    readFile: async function* () {
      yield content;
    },
  });
}

export async function open(
  models: OnnxModels,
  version: string,
  columns: readonly string[] = ["c0"],
  spec: Partial<OnnxSpec> = {},
): Promise<BatchModel> {
  const whole: OnnxSpec = { type: "onnx", version, timeoutMs: 5_000, maxBatch: 256, ...spec };
  return (await models.open(whole, columns, "bearings")) as BatchModel;
}

export async function predict(
  model: BatchModel,
  rows: readonly (readonly number[])[],
  signal = new AbortController().signal,
): Promise<readonly JsonObject[]> {
  return await model.predict(rows, signal);
}

/** What it is refused with. */
export async function faultOf(work: Promise<unknown>): Promise<ModelFault> {
  const fault = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (fault instanceof ModelFault) return fault;
  throw new Error(`no ModelFault: ${fault}`);
}
