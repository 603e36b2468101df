// Servers that take and give JSON of their own, by a template and a pointer; by default as TensorFlow Serving does.

import { getKey, isArray, isObject, type JsonValue } from "../../../base/json/json.ts";
import { type Path, printPath } from "../../../base/json/pointer.ts";
import type { HttpSpec } from "../../model.ts";
import type { Outputs } from "../scoring.ts";
import { badOutput } from "./faults.ts";
import type { Protocol } from "./protocol.ts";
import { filled, rowsOf } from "./templates.ts";

export const defaultRequest: JsonValue = { instances: "{{inputs}}" };
const defaultResponse: Path = ["predictions"];

/** For a spec without flaws. NaN goes out as null. */
export function plainJson(spec: HttpSpec, columns: readonly string[]): Protocol {
  const { request = defaultRequest, url } = spec;
  const isSingle = rowsOf(request) === "one";
  const response = spec.response ?? (isSingle ? [] : defaultResponse);
  const { pathname, search } = new URL(url);
  return {
    maxRows: isSingle ? 1 : spec.maxBatch,
    path: `${pathname}${search}`,
    bodyOf: (rows) => filled(request, rows, columns),
    outputsOf: (answer, rows) => {
      const found = pointed(answer, response);
      if (isSingle) return [outputsOf(found, response)];
      if (!isArray(found) || found.length !== rows) throw notForEachRow(found, response, rows);
      return found.map((one) => outputsOf(one, response));
    },
  };
}

/** A number, text, boolean or null is the output `value`, a list is `values`, and an object has the outputs by their names. */
function outputsOf(prediction: JsonValue | undefined, at: Path): Outputs {
  if (prediction === undefined) throw badOutput(`answers without a prediction at '${printPath(at)}'`);
  if (isArray(prediction)) return { values: prediction };
  return isObject(prediction) ? prediction : { value: prediction };
}

function notForEachRow(found: JsonValue | undefined, at: Path, rows: number) {
  const instead = isArray(found) ? `a list of ${found.length}` : found === undefined ? "nothing" : "no list";
  return badOutput(
    `must answer with a list of ${rows} predictions at '${printPath(at)}', one for each row, and has ${instead} there`,
  );
}

/** Indices lead into lists. */
function pointed(value: JsonValue, path: Path): JsonValue | undefined {
  let here: JsonValue | undefined = value;
  for (const key of path) {
    if (isArray(here)) here = /^\d{1,9}$/.test(key) ? here[Number(key)] : undefined;
    else here = isObject(here) ? getKey(here, key) : undefined;
  }
  return here;
}
