// A JSON Patch (RFC 6902) of what is there becomes a merge or a modify, and goes on as that.

import { readJsonPatch } from "../base/json/json-patch.ts";
import type { Access } from "../policies/enforcer.ts";
import type { Resource } from "../signals/resource.ts";
import type { Command, EntityState } from "../signals/signal.ts";
import { patchedCommand, pathsToRead } from "../things/json-patch.ts";
import type { EntityRules } from "./rules.ts";

/**
 * The command that a JSON patch comes to in a state. Whoever tests, copies or moves something must be allowed to read it,
 * since the outcome tells of it; the resource is not found for him otherwise, nor where there is nothing to patch.
 */
export function patched(
  command: Command,
  resource: Resource,
  rules: EntityRules,
  state: EntityState,
  access: Access,
): Command {
  const { kind, id, path, value } = command;
  const operations = readJsonPatch(value ?? null);
  const before = rules.valueAt(state, path);
  const readable = pathsToRead(command, operations).every((read) =>
    access.hasUnrestricted(kind, read, "READ"),
  );
  if (before === undefined || !readable) throw resource.notFound(id, path);
  return patchedCommand(command, before, operations);
}
