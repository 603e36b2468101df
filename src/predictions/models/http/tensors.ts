// Tensors of an answer (Open Inference Protocol) as outputs of each row.

import {
  getKey,
  isArray,
  isObject,
  isRawNumber,
  type JsonObject,
  type JsonValue,
  putKey,
} from "../../../base/json/json.ts";
import type { Outputs } from "../scoring.ts";
import { badOutput } from "./faults.ts";

interface Tensor {
  readonly name: string;
  /** Of one row. */
  readonly shape: readonly number[];
  /** Row after row. */
  readonly data: readonly JsonValue[];
}

/** No model has tensors of more dimensions. */
const MAX_RANK = 8;
/** Longer names are not repeated. */
const MAX_NAME = 60;

/**
 * The outputs by the names of the tensors: a number, text or boolean where a row has one value, a list where it has several. Throws
 * a `ModelFault` where a tensor has not one part for each of the rows.
 */
export function outputsOfTensors(answer: JsonValue, rows: number): readonly Outputs[] {
  const listed = isObject(answer) ? getKey(answer, "outputs") : undefined;
  if (!isArray(listed) || listed.length === 0)
    throw badOutput("answers without 'outputs', which must be a list of tensors");
  const all = Array.from({ length: rows }, (): { [name: string]: JsonValue } => ({}));
  for (const one of listed) {
    const { name, shape, data } = tensorOf(one, rows);
    const width = data.length / rows;
    all.forEach((outputs, row) => {
      putKey(outputs, name, shaped(data.slice(row * width, (row + 1) * width), shape));
    });
  }
  return all;
}

function tensorOf(value: JsonValue, rows: number): Tensor {
  const name = isObject(value) ? getKey(value, "name") : undefined;
  if (!isObject(value) || typeof name !== "string" || name === "")
    throw badOutput("answers with an output that is no tensor with a name");
  const shape = shapeOf(value, name, rows);
  const data = getKey(value, "data");
  const flat = isArray(data) ? (data.flat(MAX_RANK) as JsonValue[]) : [];
  const size = shape.reduce((product, length) => product * length, 1);
  if (flat.length !== size)
    throw badTensor(name, `must hold ${size} values in 'data', and holds ${flat.length}`);
  const values = valuesOf(flat, getKey(value, "datatype"), name);
  return { name, shape: shape.slice(1), data: values };
}

function shapeOf(tensor: JsonObject, name: string, rows: number): readonly number[] {
  const shape = getKey(tensor, "shape");
  const isShape = isArray(shape) && shape.length <= MAX_RANK && shape.every(isLength);
  if (!isShape || shape[0] !== rows)
    throw badTensor(name, `must have a 'shape' that begins with ${rows}, the number of rows`);
  return shape as readonly number[];
}

const isLength = (value: JsonValue): boolean => Number.isSafeInteger(value) && (value as number) >= 1;

/** Values of the datatype; a boolean may be written as a number, and not-a-number as null. */
function valuesOf(flat: readonly JsonValue[], datatype: JsonValue | undefined, name: string): JsonValue[] {
  const isRight = checks.find(([names]) => names.test(String(datatype)))?.[1] ?? isScalar;
  if (!flat.every(isRight)) throw badTensor(name, `must hold values of its datatype ${shortened(datatype)}`);
  return datatype === "BOOL" ? flat.map((value) => value === true || value === 1) : [...flat];
}

const isNumber = (value: JsonValue): boolean => typeof value === "number" || isRawNumber(value);
const isScalar = (value: JsonValue): boolean => !isArray(value) && !isObject(value);
const checks: readonly (readonly [names: RegExp, isRight: (value: JsonValue) => boolean])[] = [
  [/^(?:FP|BF)\d/, (value) => isNumber(value) || value === null],
  [/^U?INT\d/, isNumber],
  [/^BOOL$/, (value) => typeof value === "boolean" || value === 0 || value === 1],
  [/^BYTES$/, (value) => typeof value === "string"],
];

/** One value by itself; else lists within lists. */
const shaped = (values: readonly JsonValue[], shape: readonly number[]): JsonValue =>
  values.length === 1 ? (values[0] as JsonValue) : nested(values, shape);

function nested(values: readonly JsonValue[], [length = 1, ...inner]: readonly number[]): JsonValue {
  if (inner.length === 0) return values;
  const size = values.length / length;
  return Array.from({ length }, (_, i) => nested(values.slice(i * size, (i + 1) * size), inner));
}

const badTensor = (name: string, expectation: string) =>
  badOutput(`answers with an output '${name.slice(0, MAX_NAME)}' that ${expectation}`);

const shortened = (value: JsonValue | undefined): string => String(value).slice(0, MAX_NAME);
