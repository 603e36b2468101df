import type { Criterion } from "../../rql/criterion.ts";
import type { Parameters } from "../statement.ts";
import type { Caller, Circumstances } from "../wanted.ts";
import { leafCondition } from "./leaf.ts";
import { asksForRights } from "./readable.ts";

/**
 * The condition that a criterion holds for `t`, for the end of a `where`. Who may not read everything has rights judged
 * with each test of an alternative, which no index can do; so the alternative comes before it without them, which
 * is no stricter as long as nothing is negated.
 */
export function filterOf(
  parameters: Parameters,
  criterion: Criterion,
  caller: Caller | undefined,
  circumstances: Circumstances,
): string {
  if (criterion.op === "and")
    return criterion.criteria.map((part) => filterOf(parameters, part, caller, circumstances)).join(" and ");
  const condition = conditionOf(parameters, criterion, caller, circumstances);
  return criterion.op === "or" && asksForRights(criterion, caller) && isPositive(criterion)
    ? `${conditionOf(parameters, criterion, undefined, circumstances)} and ${condition}`
    : condition;
}

const isPositive = (criterion: Criterion): boolean =>
  "criteria" in criterion ? criterion.criteria.every(isPositive) : criterion.op !== "not";

/**
 * Where a criterion does not hold its condition is false or null: leaves and their combinations are spared a
 * `coalesce`, which would hide them from the indexes; a negation asks what is not true.
 */
function conditionOf(
  parameters: Parameters,
  criterion: Criterion,
  caller: Caller | undefined,
  circumstances: Circumstances,
): string {
  switch (criterion.op) {
    case "and":
    case "or": {
      const parts = criterion.criteria.map((part) => conditionOf(parameters, part, caller, circumstances));
      return `(${parts.join(` ${criterion.op} `)})`;
    }
    case "not":
      return `((${conditionOf(parameters, criterion.criterion, caller, circumstances)}) is not true)`;
    default:
      return leafCondition(parameters, criterion, caller, circumstances);
  }
}
