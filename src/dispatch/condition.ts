// RQL conditions on things (basic-conditional-requests page): who may pose them, and whether they hold.

import { namespaceOf } from "../base/ids.ts";
import type { JsonValue } from "../base/json/json.ts";
import type { Path } from "../base/json/pointer.ts";
import { recent } from "../base/recent.ts";
import type { Access } from "../policies/enforcer.ts";
import { addressedPaths, type Criterion } from "../rql/criterion.ts";
import { compileCriterion, type Matcher } from "../rql/evaluate.ts";
import { thingVocabulary } from "../rql/field.ts";
import { parseRql } from "../rql/parse.ts";
import type { Command, EntityState } from "../signals/signal.ts";
import { thingConditionFailed, thingConditionInvalid, thingConditionUnreadable } from "../things/errors.ts";

/** Whether a condition holds for the thing in a state. */
export type Holds = (state: EntityState) => boolean;

interface Parsed {
  readonly criterion: Criterion;
  readonly paths: readonly Path[];
  matches?: Matcher;
}

/** Characters of the conditions that are kept parsed: devices pose the same ones again and again. */
const MAX_REMEMBERED = 200_000;
const remembered = recent<Parsed>(MAX_REMEMBERED);

function parse(condition: string): Parsed {
  const known = remembered.get(condition);
  if (known) return known;
  const criterion = parseRql(condition, (reason) => thingConditionInvalid(condition, reason));
  return remembered.put(condition, { criterion, paths: addressedPaths(criterion) }, condition.length);
}

/**
 * A condition as a function; refuses what is no RQL with 400, and whoever may not read all that it asks about with 412,
 * so that nobody learns by conditions what he may not read. Whether a thing has such fields is judged, as in Ditto, when
 * the function is called.
 */
export function readableCondition(condition: string, id: string, access: Access): Holds {
  const parsed = parse(condition);
  if (!parsed.paths.every((path) => access.hasUnrestricted("thing", path, "READ")))
    throw thingConditionUnreadable();
  return (state) => {
    parsed.matches ??= compileCriterion(parsed.criterion, thingVocabulary);
    return parsed.matches({ field: (name) => fieldOf(id, state, name), now: Date.now() });
  };
}

function fieldOf(id: string, state: EntityState, name: string): JsonValue | undefined {
  switch (name) {
    case "_namespace":
      return namespaceOf(id);
    case "_revision":
      return state.revision;
    case "_created":
      return new Date(state.created).toISOString();
    case "_modified":
      return new Date(state.modified).toISOString();
    case "_metadata":
      return state.metadata;
    default:
      return state.value?.[name];
  }
}

/** The condition of a command on an existing thing; creations have none, as in Ditto. */
export function conditionOf(
  { kind, id, action, headers }: Command,
  access: Access,
): ((state: EntityState) => void) | undefined {
  const { condition } = headers;
  if (typeof condition !== "string" || kind !== "thing" || action === "create") return undefined;
  const holds = readableCondition(condition, id, access);
  return (state) => {
    if (!holds(state)) throw thingConditionFailed();
  };
}
