// What Ditto answers to a command in a situation. Sources: ThingCommandEnforcement and PolicyCommandEnforcement
// (authorizeSignal, filterResponse), Enforcer.buildJsonView; the codes are in commands.ts.

import type { Cell } from "./commands.ts";
import type { Answer } from "./doors.ts";
import { hasAll, hasSome, keysOf, type Path, type Rights, readable } from "./rights.ts";
import type { Situation } from "./situations.ts";

/**
 * The answer to a cell. A read needs READ at its path or anywhere below, and shows what may be read; a write needs WRITE
 * at its path and all below, a merge on each of its leaves. `whole` is what the owner reads at the path.
 */
export function expectedOf(cell: Cell, situation: Situation, whole: unknown): Answer {
  const rights = situation[cell.kind];
  const path = keysOf(cell.path);
  if (cell.action === "retrieve") {
    if (!hasSome(rights, path, "READ")) return { status: 404, error: cell.refused };
    return { status: 200, value: viewOf(cell.kind, rights, path, whole) };
  }
  const may = cell.action === "merge" ? mayMerge(rights, path, cell.value) : hasAll(rights, path, "WRITE");
  if (!may) return { status: 403, error: cell.refused };
  // DeletePolicyImportsStrategy
  if (cell.action === "delete" && cell.resource === "imports" && situation.refersToImport)
    return { status: 409, error: "policies:import.referenceconflict" };
  return { status: 204 };
}

/** What is no object is shown as it is; the id is always shown to who may read anything (the allowlists of both). */
export function viewOf(kind: Cell["kind"], rights: Rights, path: Path, whole: unknown): unknown {
  if (typeof whole !== "object" || whole === null || Array.isArray(whole)) return whole;
  const id = `${kind}Id` as keyof typeof whole;
  return { ...(path.length === 0 && { [id]: whole[id] }), ...readable(rights, whole, path) };
}

/** ThingCommandEnforcement.enforceMergeThingCommand: WRITE on all of the path, or on some of it and on every leaf. */
function mayMerge(rights: Rights, path: Path, patch: unknown): boolean {
  if (hasAll(rights, path, "WRITE")) return true;
  return (
    hasSome(rights, path, "WRITE") && leavesOf(path, patch).every((leaf) => hasAll(rights, leaf, "WRITE"))
  );
}

/**
 * In Ditto an empty object has no leaves, so that who may write one leaf of an object may replace any other part of it
 * by `{}`. That is a hole which we do not share: an empty object is a leaf.
 */
function leavesOf(path: Path, patch: unknown): Path[] {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return [path];
  const members = Object.entries(patch);
  if (members.length === 0) return [path];
  return members.flatMap(([key, value]) => leavesOf([...path, key], value));
}
