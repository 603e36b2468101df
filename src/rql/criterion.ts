// What an RQL expression says (basic-rql page), before anybody asks who may know it or where it is evaluated.

import type { RawNumber } from "../base/json/json.ts";
import { type Path, printPath, unescapeKey } from "../base/json/pointer.ts";

/** A value that stands for a time when the expression is evaluated: `time:now-1h` has the name `now-1h`. */
export interface TimeValue {
  readonly time: string;
}
export type Literal = null | boolean | number | string | RawNumber | TimeValue;

export type ComparisonOperator = "eq" | "ne" | "gt" | "ge" | "lt" | "le";

/** Properties are as they were written; `field.ts` says what they address. */
export type Criterion =
  | { readonly op: "and" | "or"; readonly criteria: readonly Criterion[] }
  | { readonly op: "not"; readonly criterion: Criterion }
  | { readonly op: ComparisonOperator | "like" | "ilike"; readonly property: string; readonly value: Literal }
  | { readonly op: "in"; readonly property: string; readonly values: readonly Literal[] }
  | { readonly op: "exists" | "empty"; readonly property: string };

export const isTimeValue = (value: Literal): value is TimeValue =>
  typeof value === "object" && value !== null && "time" in value;

/** The keys of a property, which may begin or end with a slash. */
export const pathOf = (property: string): Path =>
  property
    .split("/")
    .filter((key) => key !== "")
    .map(unescapeKey);

/** How many operators a criterion consists of. */
export function countOperators(criterion: Criterion): number {
  if ("criteria" in criterion) return criterion.criteria.reduce((sum, part) => sum + countOperators(part), 1);
  return "criterion" in criterion ? 1 + countOperators(criterion.criterion) : 1;
}

/**
 * The paths that a criterion addresses, each once. Who sends it as a condition needs unrestricted READ on every one
 * of them (basic-conditional-requests page), known to the thing or not.
 */
export function addressedPaths(criterion: Criterion): readonly Path[] {
  const paths = new Map<string, Path>();
  collectPaths(criterion, paths);
  return [...paths.values()];
}

function collectPaths(criterion: Criterion, into: Map<string, Path>): void {
  if ("criteria" in criterion) for (const part of criterion.criteria) collectPaths(part, into);
  else if ("criterion" in criterion) collectPaths(criterion.criterion, into);
  else {
    const path = pathOf(criterion.property);
    into.set(printPath(path), path);
  }
}
