// From a decided change to what is recorded of it: what conditional headers leave of it, and what it does to metadata.

import type { JsonValue } from "../base/json/json.ts";
import { filterPatch, readPatchConditions } from "../base/json/patch-conditions.ts";
import { withoutEmptyObjects } from "../base/json/without-empty.ts";
import type { Access } from "../policies/enforcer.ts";
import type { Change, Command, EntityState } from "../signals/signal.ts";
import { mergeInvalid } from "../things/errors.ts";
import { unlessEqual } from "../things/if-equal.ts";
import { readableConditions } from "./condition.ts";
import type { EntityRules } from "./rules.ts";

/** What is left of a change of an existing entity; `undefined` when there is nothing to record. */
export type Reduce = (command: Command, state: EntityState, change: Change) => Change | undefined;

/**
 * How `if-equal` and `merge-thing-patch-conditions` reduce what a command changes (basic-conditional-requests page).
 * Refuses with 412 whoever may not read what the conditions ask about; the reduction refuses a change that changes
 * nothing where `if-equal` asks for that. It takes the command that a JSON patch became.
 */
export function reductionOf(asked: Command, rules: EntityRules, access: Access): Reduce {
  const filter = patchFilterOf(asked, access);
  return (command, state, decided) => {
    const change = unlessEqual(command, rules.valueAt(state, command.path), decided);
    if (!change) throw rules.isEqual();
    if (filter && change.action !== "merged")
      throw mergeInvalid("only parts of a merge can have conditions.");
    if (change.action !== "merged" || (!filter && !rules.removeEmptyObjects)) return change;
    const filtered = filter ? filter(state, change.value as JsonValue) : (change.value as JsonValue);
    const value = rules.removeEmptyObjects ? withoutEmptyObjects(filtered) : filtered;
    return value === undefined ? undefined : { ...change, value };
  };
}

function patchFilterOf({ kind, id, action, headers }: Command, access: Access) {
  const header = headers["merge-thing-patch-conditions"];
  if (header === undefined || kind !== "thing" || action !== "merge") return undefined;
  const conditions = readPatchConditions(header) ?? [];
  const texts = conditions.map(({ condition }) => condition);
  const holdsIn = readableConditions(texts, id, access);
  return (state: EntityState, patch: JsonValue) => filterPatch(patch, conditions, holdsIn(state));
}
