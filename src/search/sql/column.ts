// Tests of the fields that are columns, none of which is ever missing, null or a list.

import { isRawNumber, type RawNumber } from "../../base/json/json.ts";
import type { ComparisonOperator } from "../../rql/criterion.ts";
import type { SearchField } from "../field.ts";
import type { Parameters } from "../statement.ts";
import { isLikeLine, prefixOf } from "./like.ts";
import { printArray } from "./literal.ts";
import { behindPrefix } from "./range.ts";
import type { Value } from "./resolve.ts";
import type { Test } from "./test-of.ts";

type Column = Extract<SearchField, { kind: "column" }>["column"];

export const OPERATORS: { readonly [op in ComparisonOperator]: string } = {
  eq: "=",
  ne: "<>",
  gt: ">",
  ge: ">=",
  lt: "<",
  le: "<=",
};

/** The condition that a column passes a test. A value of another type than the column's equals nothing in it. */
export function columnCondition(parameters: Parameters, column: Column, test: Test): string {
  switch (test.op) {
    case "exists":
      return "true";
    case "empty":
      return "false";
    case "in":
    case "among":
      return isAmong(parameters, column, test.values);
    case "like":
    case "ilike":
      return column === "revision" ? "false" : matches(parameters, `t.${column}`, test);
    default:
      return compare(parameters, column, test.op, test.value);
  }
}

function compare(parameters: Parameters, column: Column, op: ComparisonOperator, value: Value): string {
  if (!isOfType(column, value)) return op === "ne" ? "true" : "false";
  const place = parameters.addAs(column === "revision" ? "numeric" : "text", printScalar(value));
  return `t.${column} ${OPERATORS[op]} ${place}`;
}

function isAmong(parameters: Parameters, column: Column, values: readonly Value[]): string {
  const texts = values.filter((value) => isOfType(column, value)).map(printScalar);
  if (texts.length === 0) return "false";
  const type = column === "revision" ? "numeric[]" : "text[]";
  return `t.${column} = any (${parameters.addAs(type, printArray(texts))})`;
}

/** Ids have no ends of lines. Of a mere prefix the range says all. */
function matches(
  parameters: Parameters,
  column: string,
  { op, pattern }: { readonly op: string; readonly pattern: string },
): string {
  if (op === "ilike") return isLikeLine(parameters, column, pattern, true);
  const prefix = prefixOf(pattern);
  const range = prefixRange(parameters, column, prefix);
  const isRange = range.length > 0 && pattern === `${prefix}*`;
  const like = isRange ? [] : [isLikeLine(parameters, column, pattern, false)];
  return `(${[...range, ...like].join(" and ")})`;
}

/** The conditions by which an index on a text finds all that begin with a prefix. */
export function prefixRange(parameters: Parameters, text: string, prefix: string): readonly string[] {
  if (prefix === "") return [];
  const from = `${text} >= ${parameters.addAs("text", prefix)}`;
  const end = behindPrefix(prefix);
  return end === undefined ? [from] : [from, `${text} < ${parameters.addAs("text", end)}`];
}

const isOfType = (column: Column, value: Value): value is string | number | RawNumber =>
  column === "revision" ? typeof value === "number" || isRawNumber(value) : typeof value === "string";

/** Numbers as their digits. */
export const printScalar = (value: string | number | RawNumber): string =>
  isRawNumber(value) ? value.rawJSON : String(value);
