// A JSON Patch (RFC 6902) of any part of a thing, said as one command of Ditto's: a convenience beyond Ditto.

import { defineError } from "../base/errors.ts";
import type { JsonValue } from "../base/json/json.ts";
import { type Operation, pathsWritten } from "../base/json/json-patch.ts";
import { applyJsonPatch } from "../base/json/json-patch-apply.ts";
import { mergeOrModify } from "../base/json/merge-diff.ts";
import { getAt, type Path } from "../base/json/pointer.ts";
import type { Command } from "../signals/signal.ts";
import { mergeInvalid } from "./errors.ts";
import { thingResource } from "./resources.ts";

/** 412, as for every condition of a client on a state that has moved on: it reads again and decides anew. */
export const jsonPatchTestFailed = defineError("things:precondition.failed", 412, (reason: string) => ({
  message: `The JSON patch was not applied: ${reason}`,
  description: "Read the resource again and decide on its new state.",
}));

/**
 * The command that a patch of the value at a command's path comes to: a merge of what it changes where a merge can say
 * that, else a modify of the smallest resource that holds all it wrote. A patch that changes nothing is a modify with the
 * same value. Refuses with `things:precondition.failed` where a `test` fails, with `things:merge.invalid` where an
 * operation has no target.
 */
export function patchedCommand(command: Command, before: JsonValue, patch: readonly Operation[]): Command {
  if (patch.some((operation) => copiesPolicyId(command, operation)))
    throw mergeInvalid("the policy ID is set by its value only.");
  const applied = applyJsonPatch(before, patch);
  if ("failed" in applied)
    throw applied.failed === "test" ? jsonPatchTestFailed(applied.reason) : mergeInvalid(applied.reason);
  const { action, value } = mergeOrModify(before, applied.value);
  if (action === "merge") return { ...command, value, ...typed(command, "application/merge-patch+json") };
  const at = speaksOfMetadata(command)
    ? []
    : smallestPart(command.path, before, applied.value, pathsWritten(patch));
  const part = getAt(applied.value, at) as JsonValue;
  return {
    ...command,
    action,
    path: [...command.path, ...at],
    value: part,
    ...typed(command, "application/json"),
  };
}

const typed = ({ headers }: Command, type: string) => ({ headers: { ...headers, "content-type": type } });

/** Keys of metadata are relative to the resource that the patch was sent to. */
const speaksOfMetadata = ({ headers }: Command): boolean =>
  headers["put-metadata"] !== undefined || headers["delete-metadata"] !== undefined;

/** The longest path below a resource that is a resource itself, is there before and after, and holds all other paths. */
function smallestPart(path: Path, before: JsonValue, after: JsonValue, written: readonly Path[]): Path {
  let common = written[0] ?? [];
  for (const other of written) {
    const differs = common.findIndex((key, i) => key !== other[i]);
    if (differs >= 0) common = common.slice(0, differs);
  }
  const isPart = (at: Path) =>
    getAt(before, at) !== undefined &&
    getAt(after, at) !== undefined &&
    thingResource([...path, ...at]) !== undefined;
  while (common.length > 0 && !isPart(common)) common = common.slice(0, -1);
  return common;
}

/** The policy of the outcome has to be known before the patch is applied. */
const copiesPolicyId = ({ path }: Command, operation: Operation): boolean => {
  if (operation.op !== "copy" && operation.op !== "move") return false;
  const [first = "policyId"] = [...path, ...operation.path];
  return first === "policyId";
};
