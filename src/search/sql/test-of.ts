// The criteria that ask something of one field.

import type { Criterion } from "../../rql/criterion.ts";
import { type SearchField, searchFieldOf } from "../field.ts";
import type { Leaf } from "./jsonpath.ts";
import { patternOf } from "./like.ts";
import { resolve, type Value } from "./resolve.ts";

export type LeafCriterion = Extract<Criterion, { property: string }>;

/** What is asked of a field. */
export type Test =
  | Leaf
  | { readonly op: "like" | "ilike"; readonly pattern: string }
  /** `in` of many values, none of them null, in which each candidate is looked up. */
  | { readonly op: "among"; readonly values: readonly Value[] };

/** So many values are compared one by one, which an index may serve. */
const FEW = 256;

/** The field of a criterion; see {@link searchFieldOf}. */
export const fieldOfLeaf = ({ op, property }: LeafCriterion): SearchField =>
  searchFieldOf(property, op === "exists" || op === "empty" ? "ask" : "compare");

/** What a criterion asks at a time: tests of which one has to hold. */
export function testsOf(criterion: LeafCriterion, now: number): readonly Test[] {
  const test = testOf(criterion, now);
  if (test.op !== "in" || test.values.length <= FEW) return [test];
  const values = test.values.filter((value) => value !== null);
  const among: Test = { op: "among", values };
  return values.length < test.values.length ? [among, { op: "in", values: [null] }] : [among];
}

/**
 * What a criterion asks. A pattern without wildcards is a text to be equal to. A pattern that is none is
 * refused with `rql.expression.invalid`.
 */
function testOf(criterion: LeafCriterion, now: number): Test {
  switch (criterion.op) {
    case "exists":
    case "empty":
      return { op: criterion.op };
    case "in":
      return { op: "in", values: criterion.values.map((value) => resolve(value, now)) };
    case "like": {
      const pattern = patternOf(criterion.value);
      return /[*?]/.test(pattern) ? { op: "like", pattern } : { op: "eq", value: pattern };
    }
    case "ilike":
      return { op: "ilike", pattern: patternOf(criterion.value) };
    default:
      return { op: criterion.op, value: resolve(criterion.value, now) };
  }
}
