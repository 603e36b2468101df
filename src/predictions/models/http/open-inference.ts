// The Open Inference Protocol (v2) over REST, as MLServer, Triton and KServe speak it.

import type { JsonObject, JsonValue } from "../../../base/json/json.ts";
import type { HttpSpec } from "../../model.ts";
import type { Protocol } from "./protocol.ts";
import { outputsOfTensors } from "./tensors.ts";

type Rows = readonly (readonly number[])[];

/** For a spec without flaws. NaN goes out as null, which is not-a-number to servers that read numbers by NumPy. */
export function openInference(spec: HttpSpec, columns: readonly string[]): Protocol {
  const { name = "", remoteVersion } = spec;
  const version = remoteVersion === undefined ? "" : `/versions/${encodeURIComponent(remoteVersion)}`;
  const model = `/v2/models/${encodeURIComponent(name)}${version}`;
  const asked = spec.outputs ? { outputs: spec.outputs.map((output) => ({ name: output })) } : {};
  return {
    maxRows: spec.maxBatch,
    path: below(spec.url, `${model}/infer`),
    readyPath: below(spec.url, `${model}/ready`),
    bodyOf: (rows) => ({ ...inputsOf(spec, columns, rows), ...asked }),
    outputsOf: outputsOfTensors,
  };
}

function below(url: string, path: string): string {
  const { pathname, search } = new URL(url);
  return `${pathname.replace(/\/$/, "")}${path}${search}`;
}

function inputsOf({ tensor, datatype }: HttpSpec, columns: readonly string[], rows: Rows): JsonObject {
  const make = (name: string, width: number, data: readonly JsonValue[]): JsonObject => ({
    name,
    shape: [rows.length, width],
    datatype,
    data,
  });
  if (tensor !== undefined) return { inputs: [make(tensor, columns.length, rows.flat())] };
  return {
    inputs: columns.map((name, column) =>
      make(
        name,
        1,
        rows.map((row) => row[column] as number),
      ),
    ),
    // Without it MLServer takes the first tensor for all of them.
    parameters: { content_type: "pd" },
  };
}
