// The keys of an order: what the client named, and the id of the thing, which makes it total.

import { printPath } from "../../base/json/pointer.ts";
import type { Row } from "../../journal/database.ts";
import type { SearchField } from "../field.ts";
import type { Parameters, ParameterType } from "../statement.ts";
import type { Caller, Circumstances, SortKey, SortValue } from "../wanted.ts";
import { indexExpressions, orderExpressions } from "./literal.ts";
import { ifReadable, needsRight, valueAt } from "./value.ts";

const byThingId: SortKey = {
  field: { kind: "column", column: "id", path: ["thingId"] },
  descending: false,
};

/** The keys that decide: nothing is left to decide behind the id, which comes last where it is not named. */
export function normalizedSort(keys: readonly SortKey[]): readonly SortKey[] {
  const end = keys.findIndex(({ field }) => field.kind === "column" && field.column === "id");
  return end < 0 ? [...keys, byThingId] : keys.slice(0, end + 1);
}

/** An expression by which rows are put in order, with the name of its column in the result. */
export interface Ordering {
  readonly name: string;
  readonly expression: string;
  /** How the result tells it. */
  readonly selected: string;
  readonly type: ParameterType;
  readonly descending: boolean;
}

/** What must be known of a search to put its things in order. */
export interface SortContext {
  readonly parameters: Parameters;
  readonly caller: Caller | undefined;
  readonly circumstances: Circumstances;
  /** Pointers that the caller may read in all things that are found. */
  readonly readable: ReadonlySet<string>;
}

/** The expressions of a key, the `i`th of its order. What the caller may not read comes where missing values come. */
export function orderingsOf(
  context: SortContext,
  { field, descending }: SortKey,
  i: number,
): readonly Ordering[] {
  if (field.kind === "column") return [columnOrdering(context, field, descending, i)];
  const { rank, number, text } = expressionsOf(context, field);
  return [
    { name: `rank${i}`, expression: rank, selected: rank, type: "int", descending },
    { name: `number${i}`, expression: number, selected: `${number}::text`, type: "numeric", descending },
    { name: `text${i}`, expression: text, selected: text, type: "text", descending },
  ];
}

const NOTHING_YET = { text: "''", bigint: "0" } as const;

function columnOrdering(
  context: SortContext,
  field: Extract<SearchField, { kind: "column" }>,
  descending: boolean,
  i: number,
): Ordering {
  const type = field.column === "revision" ? "bigint" : "text";
  const column = `t.${field.column}`;
  const expression = isReadable(context, field)
    ? column
    : `coalesce(${ifReadable(context.parameters, field, context.caller, column)}, ${NOTHING_YET[type]})`;
  return { name: `plain${i}`, expression, selected: expression, type, descending };
}

function expressionsOf(context: SortContext, field: Exclude<SearchField, { kind: "column" }>) {
  const { parameters, caller, circumstances } = context;
  if (field.kind === "features") return orderExpressions("null::jsonb");
  if (!isReadable(context, field)) {
    const value = `(${valueAt(parameters, field.path, circumstances)})`;
    return orderExpressions(ifReadable(parameters, field, caller, value));
  }
  return circumstances.isIndexed(field.path)
    ? indexExpressions(field.path, "t")
    : orderExpressions(valueAt(parameters, field.path, circumstances));
}

const isReadable = (
  { caller, readable }: SortContext,
  field: Exclude<SearchField, { kind: "features" }>,
): boolean => !needsRight(field, caller) || readable.has(printPath(field.path));

/** Where a row of `findStatement` stands in its order. */
export const sortValuesOf = (row: Row, sort: readonly SortKey[]): readonly SortValue[] =>
  sort.map(({ field }, i) => {
    if (field.kind === "column") {
      const plain = row[`plain${i}`];
      return { plain: field.column === "revision" ? Number(plain) : String(plain) };
    }
    return {
      rank: Number(row[`rank${i}`]),
      number: String(row[`number${i}`]),
      text: String(row[`text${i}`]),
    };
  });

/** The values of a place in an order, one for each expression of {@link orderingsOf}. */
export const printSortValue = (value: SortValue): readonly string[] =>
  "plain" in value ? [String(value.plain)] : [String(value.rank), value.number, value.text];
