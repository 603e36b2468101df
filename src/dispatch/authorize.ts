// May they? Asked of the policy's compiled enforcer before anything is decided.

import { isObject, type JsonValue } from "../base/json/json.ts";
import type { Path } from "../base/json/pointer.ts";
import { deletesByPattern } from "../base/json/regex-merge.ts";
import type { Access } from "../policies/enforcer.ts";
import type { Resource } from "../signals/resource.ts";
import type { Command } from "../signals/signal.ts";
import type { EntityRules } from "./rules.ts";

/**
 * Refuses a writing command unless WRITE is granted, and nowhere below revoked, at its path; a merge needs it at
 * every path that it touches.
 */
export function authorizeWrite(
  command: Command,
  resource: Resource,
  rules: EntityRules,
  access: Access,
): void {
  const { kind, path, action } = command;
  if (access.hasUnrestricted(kind, path, "WRITE")) return;
  if (action === "merge") {
    if (mayMerge(access, kind, path, command.value as JsonValue)) return;
    throw rules.notModifiable(command.id);
  }
  if (action === "delete" && path.length === 0) throw rules.notDeletable(command.id);
  throw resource.notModifiable(command.id, path);
}

/**
 * Whether every leaf of a merge may be written; a null is a leaf, and so is an empty object. What deletes by pattern may
 * hit any member of its level, so all of that level must be writable.
 */
function mayMerge(access: Access, kind: Command["kind"], path: Path, patch: JsonValue): boolean {
  if (!isObject(patch) || Object.keys(patch).length === 0) return access.hasUnrestricted(kind, path, "WRITE");
  return Object.keys(patch).every((key) => {
    const member = patch[key] as JsonValue;
    return deletesByPattern(key, member)
      ? access.hasUnrestricted(kind, path, "WRITE")
      : mayMerge(access, kind, [...path, key], member);
  });
}
