// How the tensors that a graph gives become the outputs of rows.

import { type JsonValue, putKey, rawNumber } from "../../../base/json/json.ts";
import { ModelFault, type Outputs } from "../scoring.ts";
import type { Ran } from "./lane.ts";
import type { Port } from "./messages.ts";

/** Types of elements that can be told. */
export const tellableTypes: ReadonlySet<string | undefined> = new Set([
  "float32",
  "float64",
  "int8",
  "uint8",
  "int16",
  "uint16",
  "int32",
  "uint32",
  "int64",
  "uint64",
  "bool",
  "string",
]);

type MutableOutputs = Record<string, JsonValue>;
type TellElement = (at: number) => JsonValue;

/**
 * Outputs of the first `rows` rows of a run of `ran`: a value, a list where there are several for a row, an object by class
 * where these are known. What is no finite number is null.
 * @throws ModelFault where the values are not those of so many rows
 */
export function outputsOf(tensors: Ran, ports: readonly Port[], ran: number, rows: number): Outputs[] {
  const all = Array.from({ length: rows }, (): MutableOutputs => ({}));
  for (let i = 0; i < ports.length; i++) tell(tensors[i] as Ran[number], ports[i] as Port, ran, all);
  return all;
}

/** Whether each row has values of its own. */
export const isByRow = ({ dims }: Ran[number], rows: number): boolean => dims[0] === rows;

/** All outputs of a row that the graph could not be asked about. */
export function nothing(ports: readonly Port[]): Outputs {
  const outputs: MutableOutputs = {};
  for (const { name } of ports) putKey(outputs, name, null);
  return outputs;
}

function tell(tensor: Ran[number], port: Port, ran: number, all: readonly MutableOutputs[]): void {
  const { dims, data } = tensor;
  if (ran > 1 && !isByRow(tensor, ran)) {
    throw new ModelFault("bad-output", `Its output "${port.name}" has the shape [${dims}] for ${ran} rows.`);
  }
  const width = data.length / ran;
  const element = elementsOf(tensor);
  const isOne = width === 1 && dims.slice(1).every((size) => size === 1);
  for (let row = 0; row < all.length; row++) {
    const value = isOne && !port.classes ? element(row) : listOf(element, row * width, width);
    putKey(all[row] as MutableOutputs, port.name, byClass(value, port.classes));
  }
}

function listOf(element: TellElement, from: number, width: number): JsonValue[] {
  const values: JsonValue[] = new Array(width);
  for (let i = 0; i < width; i++) values[i] = element(from + i);
  return values;
}

function byClass(value: JsonValue, classes: Port["classes"]): JsonValue {
  if (!classes || !Array.isArray(value)) return value;
  const object: Record<string, JsonValue> = {};
  for (let i = 0; i < classes.length; i++) putKey(object, classes[i] as string, value[i] ?? null);
  return object;
}

function elementsOf({ type, data }: Ran[number]): TellElement {
  if (type === "bool") return (at) => data[at] === 1;
  return (at) => elementOf(data[at]);
}

function elementOf(value: number | bigint | string | undefined): JsonValue {
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value === "bigint") {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : rawNumber(value.toString());
  }
  return value ?? null;
}
