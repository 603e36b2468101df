// Tests of single values: what the comparisons of RQL ask of a value, or of each value in an array.

import { compilePattern, isPatternLengthAllowed, MAX_PATTERN } from "../base/pattern.ts";
import { type ComparisonOperator, isTimeValue, type Literal } from "./criterion.ts";
import { decimalKey } from "./decimal.ts";
import { invalidRqlExpression } from "./errors.ts";
import { decimalOf, isNumeric, orderBy, type Scalar, textOf } from "./order.ts";
import { compileTime } from "./time.ts";

type Leaf = Scalar | null;
export type LeafTest = (leaf: Leaf) => boolean;
/** Gives the test for a time in milliseconds, on which values such as `time:now` depend. */
export type TimedTest = (now: number) => LeafTest;

/** `ne` is the opposite of `eq` for a field, not for each of its values. */
type Order = Exclude<ComparisonOperator, "ne">;

const ORDERS: { readonly [op in Order]: (order: number) => boolean } = {
  eq: (order) => order === 0,
  gt: (order) => order > 0,
  ge: (order) => order >= 0,
  lt: (order) => order < 0,
  le: (order) => order <= 0,
};

/** The test of a comparison. `null` equals `null`, and is neither above nor below anything. */
export function compileComparison(op: Order, literal: Literal): TimedTest {
  const holds = ORDERS[op];
  return timed([literal], ([value = null]) => {
    if (value === null) return (leaf) => op === "eq" && leaf === null;
    const orderOf = orderBy(value);
    return (leaf) => leaf !== null && holds(orderOf(leaf));
  });
}

/** The test of `in`: whether a value equals one of the list. A `null` in the list equals nothing, as in Ditto. */
export const compileIn = (literals: readonly Literal[]): TimedTest => timed(literals, isAmong);

/** The test of `like` and `ilike`; `null` is an empty text. A pattern must be a text of bounded length. */
export function compileLike(literal: Literal, ignoreCase: boolean): TimedTest {
  const matches = compilePattern(patternIn(literal), ignoreCase);
  const test: LeafTest = (leaf) => matches(leaf === null ? "" : textOf(leaf));
  return () => test;
}

/** Makes the test once, unless a value depends on the time. A time that Ditto does not know is `null`. */
function timed(literals: readonly Literal[], makeTest: (values: readonly Leaf[]) => LeafTest): TimedTest {
  if (!literals.some(isTimeValue)) {
    const test = makeTest(literals as readonly Leaf[]);
    return () => test;
  }
  const values = literals.map((literal) => {
    if (!isTimeValue(literal)) return () => literal;
    const time = compileTime(literal.time);
    return (now: number) => time?.(now) ?? null;
  });
  return (now) => makeTest(values.map((valueAt) => valueAt(now)));
}

/** Looks values up instead of comparing each with each, since both lists may be long. */
function isAmong(values: readonly Leaf[]): LeafTest {
  const texts = new Set<string>();
  const numbers = new Set<string>();
  const readable = new Set<string>();
  for (const value of values) {
    if (value === null) continue;
    const decimal = decimalOf(value);
    if (decimal) readable.add(decimalKey(decimal));
    if (decimal && isNumeric(value)) numbers.add(decimalKey(decimal));
    else texts.add(textOf(value));
  }
  return (leaf) => {
    if (leaf === null) return false;
    if (!isNumeric(leaf) && texts.has(textOf(leaf))) return true;
    const comparable = isNumeric(leaf) ? readable : numbers;
    const decimal = comparable.size > 0 ? decimalOf(leaf) : undefined;
    return decimal !== undefined && comparable.has(decimalKey(decimal));
  };
}

/** The pattern that a literal is; what is no text, or too long, is refused with `rql.expression.invalid`. */
export function patternIn(literal: Literal): string {
  if (typeof literal !== "string")
    throw invalidRqlExpression("The pattern of like and ilike is a quoted text.");
  if (!isPatternLengthAllowed(literal))
    throw invalidRqlExpression(`A pattern is longer than ${MAX_PATTERN} characters.`);
  return literal;
}
