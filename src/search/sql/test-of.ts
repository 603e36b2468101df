// The criteria that ask something of one field.

import type { Criterion } from "../../rql/criterion.ts";
import { type SearchField, searchFieldOf } from "../field.ts";
import type { Leaf } from "./jsonpath.ts";
import { patternOf } from "./like.ts";
import { resolve } from "./resolve.ts";

export type LeafCriterion = Extract<Criterion, { property: string }>;

/** What is asked of a field. */
export type Test = Leaf | { readonly op: "like" | "ilike"; readonly pattern: string };

/** The field of a criterion; see {@link searchFieldOf}. */
export const fieldOfLeaf = ({ op, property }: LeafCriterion): SearchField =>
  searchFieldOf(property, op === "exists" || op === "empty" ? "ask" : "compare");

/**
 * What a criterion asks at a time. A pattern without wildcards is a text to be equal to. A pattern that is none is
 * refused with `rql.expression.invalid`.
 */
export function testOf(criterion: LeafCriterion, now: number): Test {
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
