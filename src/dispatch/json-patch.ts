// A JSON Patch (RFC 6902) of what is there becomes a merge or a modify, and goes on as that.

import { isObject, type JsonValue } from "../base/json/json.ts";
import { pathsNamed, pathsWritten, readJsonPatch } from "../base/json/json-patch.ts";
import { getAt, type Path } from "../base/json/pointer.ts";
import type { Access } from "../policies/enforcer.ts";
import type { Resource } from "../signals/resource.ts";
import type { Command, EntityState } from "../signals/signal.ts";
import { patchedCommand } from "../things/json-patch.ts";
import { authorizeWrite } from "./authorize.ts";
import type { EntityRules } from "./rules.ts";

/** The command that a JSON patch comes to in a state. */
export type Becomes = (state: EntityState) => Command;

/**
 * Reads and authorizes a JSON patch. WRITE is needed on all that it writes to, even where that changes nothing, else its
 * outcome would tell which value is there; and READ on all that it names, else the resource is not found. What it comes
 * to is authorized as well: a modify may replace more than the patch named.
 */
export function jsonPatchOf(
  command: Command,
  resource: Resource,
  rules: EntityRules,
  access: Access,
): Becomes {
  const { kind, id, path, value } = command;
  const operations = readJsonPatch(value ?? null);
  const within = (paths: readonly Path[], permission: "READ" | "WRITE") =>
    paths.every((below) => access.hasUnrestricted(kind, [...path, ...below], permission));
  if (!within(pathsWritten(operations), "WRITE")) throw rules.notModifiable(id);
  return (state) => {
    const before = rules.valueAt(state, path);
    const named = operations.length === 0 ? [[]] : pathsNamed(operations);
    if (
      before === undefined ||
      !within(
        named.map((below) => judgedAt(before, below)),
        "READ",
      )
    )
      throw resource.notFound(id, path);
    const patched = patchedCommand(command, before, operations);
    authorizeWrite(patched, resource, rules, access);
    return patched;
  };
}

/**
 * Where a path is judged: policies know no elements of arrays, and judge the members of one by the array's own path, so that
 * whoever names something in an array must be allowed to read all of it.
 */
function judgedAt(value: JsonValue, path: Path): Path {
  for (let i = 0; i < path.length; i++) {
    const here = getAt(value, path.slice(0, i));
    if (here !== undefined && !isObject(here)) return path.slice(0, i);
  }
  return path;
}
