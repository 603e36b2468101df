// The `if-equal` header: writes that would change nothing, of any kind of entity (httpapi-concepts page).

import { defineError } from "../base/errors.ts";
import { equals, getKey, isObject, type JsonValue } from "../base/json/json.ts";
import { minimizePatch } from "../base/json/merge-diff.ts";
import { mergePatch } from "../base/json/merge-patch.ts";
import type { Change, Command } from "../signals/signal.ts";

export const thingIsEqual = defineError("things:precondition.failed", 412, () => ({
  message: "The thing has the value already, and the header 'if-equal' asks to skip such a change.",
  description: "Nothing was changed, which is probably what was wanted.",
}));

/**
 * What is left to record of a decided change, by the command's `if-equal`: all of it by default and for every value
 * that is unknown, nothing (`undefined`) where it asks to skip a modify or merge that changes nothing. `before` is the
 * value at the command's path. `skip-minimizing-merge` leaves modifies alone and reduces merges to what they change.
 */
export function unlessEqual(
  command: Command,
  before: JsonValue | undefined,
  change: Change,
): Change | undefined {
  const ifEqual = command.headers["if-equal"];
  if (ifEqual === "skip" && command.action === "modify") {
    return isSame(command, before, change) ? undefined : change;
  }
  if (command.action !== "merge" || (ifEqual !== "skip" && ifEqual !== "skip-minimizing-merge"))
    return change;
  const patch = change.value as JsonValue;
  if (mergesToSame(before, patch)) return undefined;
  if (ifEqual === "skip" || before === undefined || change.action !== "merged") return change;
  return { ...change, value: minimizePatch(before, patch) ?? patch };
}

/** A whole thing without its policy's ID is never taken for equal, as in Ditto: its decided value has the ID filled in. */
function isSame({ kind, path, value }: Command, before: JsonValue | undefined, change: Change): boolean {
  const isWholeThing = kind === "thing" && path.length === 0;
  if (isWholeThing && isObject(value) && getKey(value, "policyId") === undefined) return false;
  return before !== undefined && equals(before, change.value);
}

function mergesToSame(before: JsonValue | undefined, patch: JsonValue): boolean {
  if (before === undefined || patch === null || isObject(patch) !== isObject(before)) return false;
  return equals(before, mergePatch(before, patch));
}
