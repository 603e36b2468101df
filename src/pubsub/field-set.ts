// Whether what some fields select of a thing can be taken out of what others have selected of it.

import type { Path } from "../base/json/pointer.ts";

/** Fields that are selected together. */
export interface FieldSet {
  readonly fields: readonly Path[];
  /** Whether fields select the same of what this set selected as they do of the thing, in the same order. */
  covers(fields: readonly Path[]): boolean;
}

/** The paths of a set by their keys. All below an end belongs to the set. */
interface Step {
  isEnd: boolean;
  readonly below: Map<string, Step>;
}

/** Each path has to begin with a name: a wildcard there would stand for special fields in the set only. */
export function fieldSetOf(fields: readonly Path[]): FieldSet {
  const root = stepsOf(fields);
  // A wildcard lists members as they stand, and where a set names some of them before others they stand in another order.
  const keepsOrder = !namesBesideWildcards(root);
  const known = new WeakMap<readonly Path[], boolean>();
  return {
    fields,
    covers(asked) {
      const before = known.get(asked);
      if (before !== undefined) return before;
      const isCovered = asked.every((path) => leadsToEnd(root, path, 0, keepsOrder));
      known.set(asked, isCovered);
      return isCovered;
    },
  };
}

function stepsOf(fields: readonly Path[]): Step {
  const root: Step = { isEnd: false, below: new Map() };
  for (const path of fields) {
    let step = root;
    for (const key of path) {
      const next = step.below.get(key) ?? { isEnd: false, below: new Map() };
      step.below.set(key, next);
      step = next;
    }
    step.isEnd = true;
  }
  return root;
}

const namesBesideWildcards = ({ below }: Step): boolean =>
  (below.has("*") && below.size > 1) || [...below.values()].some(namesBesideWildcards);

function leadsToEnd(step: Step, path: Path, at: number, mayEnumerate: boolean): boolean {
  if (step.isEnd) return true;
  const key = path[at];
  if (key === undefined || (key === "*" && !mayEnumerate)) return false;
  const leads = (name: string): boolean => {
    const next = step.below.get(name);
    return next !== undefined && leadsToEnd(next, path, at + 1, mayEnumerate);
  };
  return leads(key) || (key !== "*" && leads("*"));
}
