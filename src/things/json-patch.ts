// A JSON Patch (RFC 6902) of any part of a thing, said as one command of Ditto's: a convenience beyond Ditto.

import { defineError } from "../base/errors.ts";
import type { JsonValue } from "../base/json/json.ts";
import { type Operation, pathsRead } from "../base/json/json-patch.ts";
import { applyJsonPatch } from "../base/json/json-patch-apply.ts";
import { mergeOrModify } from "../base/json/merge-diff.ts";
import type { Path } from "../base/json/pointer.ts";
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
  const applied = applyJsonPatch(before, patch);
  if ("failed" in applied)
    throw applied.failed === "test" ? jsonPatchTestFailed(applied.reason) : mergeInvalid(applied.reason);
  const { action, value } = mergeOrModify(before, applied.value);
  const contentType = action === "merge" ? "application/merge-patch+json" : "application/json";
  return { ...command, action, value, headers: { ...command.headers, "content-type": contentType } };
}

/**
 * The paths of the thing that must be readable without exception for whoever sends the patch: what it tests, copies or
 * moves would otherwise be told by its outcome.
 */
export const pathsToRead = ({ path }: Command, patch: readonly Operation[]): readonly Path[] =>
  pathsRead(patch).map((read) => [...path, ...read]);
