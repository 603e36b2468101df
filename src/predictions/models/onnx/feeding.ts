// How the rows of a predictor become the tensors that a graph takes.

import type { FeedType, Port, RunPlan, Tensor } from "./messages.ts";

/** The way from rows to tensors, worked out once for a model and its columns. */
export interface Feeding {
  readonly inputs: readonly FeedInput[];
  /** So many rows the graph takes at a time; absent: as many as there are. */
  readonly fixedRows: number | undefined;
}

type FeedInput = RunPlan["inputs"][number] & {
  /** Positions of the columns in a row. */
  readonly columns: readonly number[];
};

/** Why columns cannot be given to a graph. */
export class Unfit extends Error {
  override readonly name = "Unfit";
}

const feedTypes: readonly string[] = ["float32", "float64", "int32", "int64", "bool"] satisfies FeedType[];

/**
 * One input takes all columns; of several, each takes the column of its name, or those that begin with its name and `=`.
 * @throws Unfit with what is expected and what is given
 */
export function feedingOf(ports: readonly Port[], columns: readonly string[]): Feeding {
  const [only, ...others] = ports;
  if (!only) throw new Unfit("It has no inputs.");
  const all = columns.map((_, i) => i);
  const inputs =
    others.length === 0
      ? [inputOf(only, all, columns)]
      : ports.map((port) => inputOf(port, columnsOf(port, ports, columns), columns));
  const used = new Set(inputs.flatMap((input) => input.columns));
  if (used.size < columns.length) throw disagreeing(ports, columns);
  return { inputs, fixedRows: fixedRowsOf(ports, inputs) };
}

function columnsOf(port: Port, ports: readonly Port[], columns: readonly string[]): readonly number[] {
  const found = columns.flatMap((column, i) =>
    column === port.name || column.startsWith(`${port.name}=`) ? i : [],
  );
  if (found.length === 0) throw disagreeing(ports, columns);
  return found;
}

const disagreeing = (ports: readonly Port[], columns: readonly string[]) =>
  new Unfit(
    `It takes the inputs ${list(ports.map(({ name }) => name))}; the predictor has ${list(columns)}.`,
  );

function inputOf({ name, type, shape }: Port, columns: readonly number[], all: readonly string[]): FeedInput {
  if (!isFeedType(type)) {
    const taken = feedTypes.join(", ");
    throw new Unfit(
      `Its input "${name}" is of the type ${type ?? "of no tensor"}; what can be given is ${taken}.`,
    );
  }
  const ofRow = shapeOfRow(shape, columns.length);
  if (!ofRow) {
    const given = `${columns.length} (${list(columns.map((i) => all[i] as string))})`;
    throw new Unfit(
      `Its input "${name}" has the shape ${shapeText(shape)}; the columns for it are ${given}.`,
    );
  }
  return { name, type, columns, ...ofRow };
}

function shapeOfRow(shape: Port["shape"], columns: number): Pick<FeedInput, "shape" | "hasRows"> | undefined {
  const [first, ...rest] = shape;
  if (first === undefined) return undefined;
  if (rest.length === 0) {
    if (columns === 1) return { shape: [], hasRows: true };
    return first === columns || typeof first === "string" ? { shape: [columns], hasRows: false } : undefined;
  }
  const fixed = rest.reduce<number>(
    (product, size) => (typeof size === "number" ? product * size : product),
    1,
  );
  const free = rest.filter((size) => typeof size === "string").length;
  const left = columns / fixed;
  if (free === 0 ? left !== 1 : free > 1 || !Number.isInteger(left)) return undefined;
  return { shape: rest.map((size) => (typeof size === "number" ? size : left)), hasRows: true };
}

function fixedRowsOf(ports: readonly Port[], inputs: readonly FeedInput[]): number | undefined {
  const sizes = ports.map((port, i) => (inputs[i]?.hasRows ? port.shape[0] : 1));
  const fixed = new Set(sizes.filter((size) => typeof size === "number"));
  if (fixed.size > 1) throw new Unfit("Its inputs take different numbers of rows at a time.");
  return [...fixed][0];
}

/**
 * Puts rows into the elements of the inputs. What holds no number where the graph takes integers only is left out: the positions of
 * such rows are the result.
 */
export function feed(
  { inputs }: Feeding,
  rows: readonly (readonly number[])[],
  elements: readonly Exclude<Tensor["data"], readonly string[]>[],
): ReadonlySet<number> {
  const unusable = new Set<number>();
  inputs.forEach(({ type, columns }, i) => {
    const into = elements[i];
    if (into instanceof Float32Array || into instanceof Float64Array) fill(into, columns, rows);
    else if (into) fillIntegers(into, columns, rows, type === "bool", unusable);
  });
  return unusable;
}

function fill(
  into: Float32Array | Float64Array,
  columns: readonly number[],
  rows: readonly (readonly number[])[],
): void {
  let at = 0;
  for (const values of rows) {
    for (let i = 0; i < columns.length; i++) into[at++] = values[columns[i] as number] as number;
  }
}

function fillIntegers(
  into: Exclude<Tensor["data"], readonly string[] | Float32Array | Float64Array>,
  columns: readonly number[],
  rows: readonly (readonly number[])[],
  isBoolean: boolean,
  unusable: Set<number>,
): void {
  let at = 0;
  for (const [row, values] of rows.entries()) {
    for (const column of columns) {
      const value = values[column] as number;
      const whole = isBoolean ? Number(value !== 0) : Math.trunc(value);
      if (!Number.isFinite(value)) unusable.add(row);
      else if (into instanceof BigInt64Array || into instanceof BigUint64Array) into[at] = BigInt(whole);
      else into[at] = whole;
      at++;
    }
  }
}

const isFeedType = (type: string | undefined): type is FeedType =>
  type !== undefined && feedTypes.includes(type);

const shapeText = (shape: Port["shape"]) => `[${shape.map((size) => size || "any").join(", ")}]`;

function list(names: readonly string[]): string {
  return names.length > 20 ? `${names.slice(0, 20).join(", ")}, … (${names.length})` : names.join(", ");
}
