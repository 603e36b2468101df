import { getKey, isArray, isObject, type JsonObject, type JsonValue } from "../base/json/json.ts";
import { type Path, removeAt, setAt } from "../base/json/pointer.ts";
import type { Change, EntityState } from "../signals/signal.ts";
import { storedPath } from "./resources.ts";

/** Replays one recorded change of a policy. History is never judged again: this neither refuses nor throws. */
export function applyPolicy(
  state: EntityState | undefined,
  change: Change,
  revision: number,
  timestamp: number,
): EntityState {
  const value = changedPolicy(state?.value, change);
  const created = state?.value === undefined ? timestamp : state.created;
  return { value, revision, created, modified: timestamp };
}

/** The policy after a change; `undefined` once it is deleted. */
export function changedPolicy(policy: JsonObject | undefined, change: Change): JsonObject | undefined {
  const path = storedPath(change.path);
  const deletes = change.action === "deleted";
  if (path.length === 0) return deletes || !isObject(change.value) ? undefined : change.value;
  const before = policy ?? {};
  if (!deletes) return put(before, path, change.value ?? null);
  // A policy always has imports, if none.
  return path.length === 1 ? { ...before, [path[0] as string]: {} } : removeAt(before, path);
}

const entryMembers = [
  "subjects",
  "resources",
  "namespaces",
  "importable",
  "allowedAdditions",
  "references",
] as const;

function put(policy: JsonObject, path: Path, value: JsonValue): JsonObject {
  const [root, name, part] = path as [string, string?, string?];
  if (path.length !== 3 || name === undefined || part === undefined)
    return setAt(policy, path, value) as JsonObject;
  const members = getKey(setAt(policy, path, value) as JsonObject, root) as JsonObject;
  const member = getKey(members, name) as JsonObject;
  const isEmptyList = isArray(value) && value.length === 0;
  const settled =
    root === "imports"
      ? settledImport(member)
      : inOrder(member, isEmptyList && part === "references" ? part : "");
  return setAt(policy, [root, name], settled) as JsonObject;
}

/** Members in the order in which Ditto prints them, without the one that is as good as absent. */
function inOrder(entry: JsonObject, without: string): JsonObject {
  const result: { [key: string]: JsonValue } = {};
  for (const key of entryMembers) {
    if (key !== without && entry[key] !== undefined) result[key] = entry[key];
  }
  return result;
}

/** An import that names anything names its entries, if none, and only then what it imports through another. */
function settledImport(oneImport: JsonObject): JsonObject {
  const { entries = [], transitiveImports = [] } = oneImport;
  return {
    entries,
    ...(isArray(transitiveImports) && transitiveImports.length > 0 && { transitiveImports }),
  };
}
