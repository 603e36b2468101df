import { printPath } from "../../base/json/pointer.ts";
import type { Criterion } from "../../rql/criterion.ts";
import { fieldOfLeaf } from "./test-of.ts";

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
