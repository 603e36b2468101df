import { readFileSync } from "node:fs";
import type { JsonObject } from "../../../../src/base/json/json.ts";
import type { BuiltinName } from "../../../../src/predictions/model.ts";
import { openBuiltin } from "../../../../src/predictions/models/builtin/builtin.ts";
import type { Outputs, StreamingModel } from "../../../../src/predictions/models/scoring.ts";

/** The columns of a committed series, by name; NaN where there is nothing. */
export type Series = ReadonlyMap<string, readonly number[]>;

/** One figure of a series: ours, and those of others. */
export interface Figure {
  readonly series: string;
  readonly figure: string;
  readonly ours: number;
  readonly others: Readonly<Record<string, number>>;
}

const folder = new URL("../../../fixtures/predictions/series/", import.meta.url);

export function readSeries(name: string): Series {
  const [header = "", ...lines] = readFileSync(new URL(`${name}.csv`, folder), "utf8")
    .trimEnd()
    .split("\n");
  const rows = lines.map((line) => line.split(",").map((cell) => (cell === "" ? Number.NaN : Number(cell))));
  return new Map(header.split(",").map((column, i) => [column, rows.map((row) => row[i] as number)]));
}

export function column(series: Series, name: string): readonly number[] {
  const found = series.get(name);
  if (!found) throw new Error(`No column ${name}`);
  return found;
}

/** The vectors of `x0`, `x1`, … */
export function vectors(series: Series): number[][] {
  const columns = [...series].filter(([name]) => /^x\d+$/.test(name)).map(([, values]) => values);
  return (columns[0] as readonly number[]).map((_, i) => columns.map((values) => values[i] as number));
}

export async function streaming(
  name: BuiltinName,
  parameters: JsonObject,
  columns: readonly string[] = ["x"],
): Promise<StreamingModel> {
  const model = await openBuiltin({ type: "builtin", version: "1", name, parameters }, columns, "p");
  if (model.kind !== "streaming") throw new Error("No streaming model");
  return model;
}

const HOUR_MS = 3_600_000;

/** What a fresh state of the model says of each vector; an hour apart, where no times are given. */
export function run(
  model: StreamingModel,
  rows: readonly (readonly number[])[],
  times: readonly number[] = rows.map((_, i) => i * HOUR_MS),
): Outputs[] {
  const state = model.fresh();
  return rows.map((row, i) => model.step(state, row, times[i] as number));
}

export const mean = (numbers: readonly number[]): number =>
  numbers.reduce((a, b) => a + b, 0) / numbers.length;
