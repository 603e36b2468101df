// What of rights a statement need not judge, because its criterion has done so or the rights are known.

import { type Path, printPath } from "../../base/json/pointer.ts";
import type { Criterion } from "../../rql/criterion.ts";
import { pointersUp } from "../common-rights.ts";
import type { SearchField } from "../field.ts";
import type { Caller, CommonRights, Policies } from "../wanted.ts";
import type { Sight } from "./access.ts";
import { fieldOfLeaf, type LeafCriterion, type Test, testsOf } from "./test-of.ts";
import { needsRight } from "./value.ts";

/**
 * Pointers that the caller may read in everything that a criterion holds for, since a test of them had to hold. It
 * lets an order by them be served by an index.
 */
export function readablePointers(criterion: Criterion | undefined): ReadonlySet<string> {
  const pointers = new Set<string>();
  if (criterion) collect(criterion, pointers);
  return pointers;
}

function collect(criterion: Criterion, into: Set<string>): void {
  if (criterion.op === "and") for (const part of criterion.criteria) collect(part, into);
  else if ("property" in criterion) {
    const field = fieldOfLeaf(criterion);
    if (field.kind !== "features") into.add(printPath(field.path));
  }
}

/** Whether a test of a criterion needs a right. */
export function asksForRights(criterion: Criterion, caller: Caller | undefined): boolean {
  if ("criteria" in criterion) return criterion.criteria.some((part) => asksForRights(part, caller));
  if (criterion.op === "not") return asksForRights(criterion.criterion, caller);
  return needsRight(fieldOfLeaf(criterion), caller);
}

const BY_RULES: Sight = { by: "rules" };
const BY_READERS: Sight = { by: "readers" };

/** How a caller's statement with a criterion, which also tells of some fields, knows what he may see. */
export function sightOf(
  criterion: Criterion | undefined,
  fields: readonly SearchField[],
  caller: Caller | undefined,
  now: number,
): Sight {
  if (caller?.isPartial !== true) return BY_READERS;
  const { common } = caller;
  if (!common || fields.some((field) => needsRight(field, caller))) return BY_RULES;
  if (criterion && asksForRights(criterion, caller)) return BY_RULES;
  const silent = common.silentAt(["/"]);
  if (silent === 0n || (criterion && showsAll(common, criterion, now, silent))) return BY_READERS;
  return common.grants ? { by: "readers", holding: common.grants } : BY_RULES;
}

/** Whether all things that a criterion holds for have something that their policies grant, if they are among these. */
function showsAll(common: CommonRights, criterion: Criterion, now: number, policies: Policies): boolean {
  switch (criterion.op) {
    case "and": {
      const leaves = criterion.criteria.filter((part) => "property" in part);
      const present = leaves.flatMap((leaf) => presentBy(leaf, now));
      const silent = common.silentAt(present, policies);
      return (
        silent === 0n ||
        criterion.criteria.some((part) => "criteria" in part && showsAll(common, part, now, silent))
      );
    }
    case "or":
      return criterion.criteria.every((part) => showsAll(common, part, now, policies));
    case "not":
      return false;
    default:
      return common.silentAt(presentBy(criterion, now), policies) === 0n;
  }
}

/** Whether a test fails where there is nothing. */
function needsValue(test: Test): boolean {
  switch (test.op) {
    case "empty":
      return false;
    case "ge":
    case "le":
      return test.value !== null;
    case "in":
      return !test.values.includes(null);
    default:
      return true;
  }
}

/**
 * Pointers at which there is something in each thing that a criterion holds for. What is tested may stand in an element
 * of an array, where no pointer leads: only what is above any array counts.
 */
function presentBy(criterion: LeafCriterion, now: number): readonly string[] {
  const field = fieldOfLeaf(criterion);
  if (field.kind === "column" || !testsOf(criterion, now).every(needsValue)) return [];
  const path: Path = field.kind === "features" ? ["features"] : field.path;
  return pointersUp(path.slice(0, OBJECTS.get(path[0] as string) ?? 1));
}

/** How many keys lead through objects in every thing, down to a value of any type. */
const OBJECTS: ReadonlyMap<string, number> = new Map([
  ["attributes", 2],
  ["features", 4],
]);
