// Criteria on one value as predicates of SQL/JSON paths in lax mode, which walk arrays on the way as MongoDB does: at each
// key, and at the end, an array stands for its elements, but an array in an array is not entered.

import { isRawNumber } from "../../base/json/json.ts";
import type { Path } from "../../base/json/pointer.ts";
import type { ComparisonOperator } from "../../rql/criterion.ts";
import { storableText } from "./literal.ts";
import type { Value } from "./resolve.ts";

/** The comparisons of one value with another. */
export type Order = Exclude<ComparisonOperator, "ne">;

/** What a predicate can say of a value. */
export type Leaf =
  | { readonly op: Order | "ne"; readonly value: Value }
  | { readonly op: "in"; readonly values: readonly Value[] }
  | { readonly op: "exists" | "empty" };

const SIGNS: { readonly [op in Order]: string } = {
  eq: "==",
  gt: ">",
  ge: ">=",
  lt: "<",
  le: "<=",
};

/** Walks from `$` (the document), `@` (what a filter looks at) or on, down a path. */
export const walk = (from: "$" | "@" | "", path: Path): string =>
  from + path.map((key) => `.${printText(key)}`).join("");

/**
 * The predicate that holds if a leaf holds for what is at a place. Where it does not hold it is false or unknown, so
 * that it must not be negated. `null` is MongoDB's: equal to null is what is there and null, but at least, at most
 * and among null is what is missing, too.
 */
export function predicateOf(leaf: Leaf, at: string): string {
  switch (leaf.op) {
    case "exists":
      return `exists(${at})`;
    case "empty":
      return `(!exists(${at}) || ${isBlank(at)})`;
    case "in":
      return orMissing(leaf.values.includes(null), at, hasCandidate(at, anyOf(leaf.values)));
    case "ne":
      return `(exists(${at}) && !${hasCandidate(at, anyOf([leaf.value]))})`;
    case "ge":
    case "le":
      return orMissing(leaf.value === null, at, compare(leaf.op, at, leaf.value));
    default:
      return compare(leaf.op, at, leaf.value);
  }
}

const compare = (op: Order, at: string, value: Value): string => `${at} ${SIGNS[op]} ${printValue(value)}`;

const orMissing = (isMissingToo: boolean, at: string, predicate: string): string =>
  isMissingToo ? `(${predicate} || !exists(${at}))` : predicate;

/** Never unknown. Filters see the elements of an array in its place; those that are arrays themselves are passed over. */
const hasCandidate = (at: string, condition: string): string =>
  `exists(${at} ? (@.type() != "array" && ${condition}))`;

/** An array is blank if it or one of its elements is; `size()` is 1 for all that is no array. */
const isBlank = (at: string): string =>
  `${at} == null || ${at} == "" || ${at}.size() == 0 || ${at}[*].size() == 0` +
  ` || exists(${at} ? (@.type() == "object" && !exists(@.*)))`;

/** Balanced, since the depth of an expression is bounded by the stack of the database. */
function anyOf(values: readonly Value[]): string {
  if (values.length === 1) return `@ == ${printValue(values[0] as Value)}`;
  const middle = values.length >>> 1;
  return `(${anyOf(values.slice(0, middle))} || ${anyOf(values.slice(middle))})`;
}

/** The notation of JSON is part of that of paths. */
const printText = (text: string): string => JSON.stringify(storableText(text));

function printValue(value: Value): string {
  if (typeof value === "string") return printText(value);
  return isRawNumber(value) ? value.rawJSON : String(value);
}
