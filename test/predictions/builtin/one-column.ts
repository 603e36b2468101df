import type { JsonObject } from "../../../src/base/json/json.ts";
import type { BuiltinName } from "../../../src/predictions/model.ts";
import type { Outputs } from "../../../src/predictions/models/scoring.ts";
import { run, streaming } from "./quality/series.ts";

/** What a model says of the last of these readings of its only column; an hour apart, where no times are given. */
export async function saidOfLast(
  name: BuiltinName,
  values: readonly number[],
  parameters: JsonObject,
  times?: readonly number[],
): Promise<Outputs> {
  const model = await streaming(name, parameters);
  const rows = values.map((value) => [value]);
  return run(model, rows, times).at(-1) as Outputs;
}

export const counted = (length: number, of: (i: number) => number): number[] =>
  Array.from({ length }, (_, i) => of(i));
