// A JSON Patch (RFC 6902) of any part of a thing, said as one command of Ditto's: a convenience beyond Ditto.

import { defineError } from "../base/errors.ts";
import type { JsonValue } from "../base/json/json.ts";
import type { Operation } from "../base/json/json-patch.ts";
import { applyJsonPatch } from "../base/json/json-patch-apply.ts";
import { mergeOrModify } from "../base/json/merge-diff.ts";
import type { Command } from "../signals/signal.ts";
import { mergeInvalid } from "./errors.ts";

export const JSON_PATCH = "application/json-patch+json";

/** 412, as for every condition of a client on a state that has moved on: it reads again and decides anew. */
export const jsonPatchTestFailed = defineError("things:precondition.failed", 412, (reason: string) => ({
  message: `The JSON patch was not applied: ${reason}`,
  description: "Read the resource again and decide on its new state.",
}));

/**
 * The command that a patch of the value at a command's path comes to: a merge of what it changes where a merge can say
 * that, else a modify of the whole value. A patch that changes nothing is a modify with the same value. Refuses with
 * `things:precondition.failed` where a `test` fails, with `things:merge.invalid` where an operation has no target.
 */
export function patchedCommand(command: Command, before: JsonValue, patch: readonly Operation[]): Command {
  if (patch.some((operation) => copiesPolicyId(command, operation)))
    throw mergeInvalid("the policy ID is set by its value only.");
  const applied = applyJsonPatch(before, patch);
  if ("failed" in applied)
    throw applied.failed === "test" ? jsonPatchTestFailed(applied.reason) : mergeInvalid(applied.reason);
  const { action, value } = mergeOrModify(before, applied.value);
  const contentType = action === "merge" ? "application/merge-patch+json" : "application/json";
  return { ...command, action, value, headers: { ...command.headers, "content-type": contentType } };
}

/** The policy of the outcome has to be known before the patch is applied. */
const copiesPolicyId = ({ path }: Command, operation: Operation): boolean => {
  if (operation.op !== "copy" && operation.op !== "move") return false;
  const [first = "policyId"] = [...path, ...operation.path];
  return first === "policyId";
};
