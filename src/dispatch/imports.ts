// A policy may only import policies that exist and that whoever imports them may read (basic-policy page).

import { isObject, type JsonValue } from "../base/json/json.ts";
import { policyNotFound } from "../policies/errors.ts";
import type { Command } from "../signals/signal.ts";
import type { Entities } from "./entities.ts";
import type { PolicyAccess } from "./policy-access.ts";

/** Loads the policies that a command would import; refuses with 404 where one is missing or unreadable. */
export async function checkImports(
  command: Command,
  policies: Entities,
  access: PolicyAccess,
): Promise<void> {
  for (const id of importedBy(command)) {
    if (id === command.id) continue; // refused where it is decided, as an import of itself
    const policy = await policies.load(id);
    await access.load(policy);
    const enforcer = access.enforcer(policy);
    if (!enforcer?.forSubjects(command.auth.subjects).hasPartial("policy", [], "READ"))
      throw policyNotFound(id);
  }
}

/** Whether a command needs {@link checkImports}. */
export const bringsImports = (command: Command): boolean => importedBy(command).length > 0;

function importedBy({ kind, action, path, value }: Command): readonly string[] {
  if (kind !== "policy" || (action !== "create" && action !== "modify")) return [];
  if (path.length === 0) return keysOf(isObject(value) ? value.imports : undefined);
  if (path[0] !== "imports") return [];
  return path.length === 1 ? keysOf(value) : [path[1] as string];
}

const keysOf = (imports: JsonValue | undefined): readonly string[] =>
  isObject(imports) ? Object.keys(imports) : [];
