// Entries of policies in a few words, as the enforcer takes them.

import type { EffectedPermissions, PolicyEntry } from "../../src/policies/model.ts";

export const grant = (...names: string[]): EffectedPermissions => ({ grant: names, revoke: [] });
export const revoke = (...names: string[]): EffectedPermissions => ({ grant: [], revoke: names });

/** What an entry says of resources to all of the subjects. */
export function entry(
  subjects: readonly string[],
  resources: NonNullable<PolicyEntry["resources"]>,
): PolicyEntry {
  const types = Object.fromEntries(subjects.map((id) => [id, { type: "t" }]));
  return { subjects: types, resources, importable: "implicit" };
}
