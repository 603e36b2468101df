// Who may read what, as the index judges it.

import type { JsonObject } from "../../../src/base/json/json.ts";
import { getAt, type Path } from "../../../src/base/json/pointer.ts";
import type { PolicyEntry } from "../../../src/policies/model.ts";
import { readResourceKey } from "../../../src/policies/resource-key.ts";
import { storable } from "./values.ts";

/** What a policy says of READ at one pointer of a thing. */
export interface Rule {
  readonly path: Path;
  readonly granted: readonly string[];
  readonly revoked: readonly string[];
}

/** What entries say of READ, each resource on its own. */
export function rulesOf(entries: readonly Pick<PolicyEntry, "subjects" | "resources">[]): readonly Rule[] {
  return entries.flatMap(({ subjects, resources }) =>
    Object.entries(resources ?? {}).flatMap(([key, { grant, revoke }]): Rule[] => {
      const { type, path: keys } = readResourceKey(key);
      const path = keys.map(storable);
      const named = Object.keys(subjects ?? {});
      if (type !== "thing") return [];
      if (revoke.includes("READ")) return [{ path, granted: [], revoked: named }];
      return grant.includes("READ") ? [{ path, granted: named, revoked: [] }] : [];
    }),
  );
}

const isSame = (a: Path, b: Path): boolean => a.length === b.length && a.every((key, i) => key === b[i]);

/** The nearest pointer on the way up at which one of the subjects is named decides; there a revoke wins. */
export function canRead(rules: readonly Rule[], subjects: readonly string[], path: Path): boolean {
  for (let length = path.length; length >= 0; length--) {
    const here = rules.filter((rule) => isSame(rule.path, path.slice(0, length)));
    if (subjects.some((subject) => here.some(({ revoked }) => revoked.includes(subject)))) return false;
    if (subjects.some((subject) => here.some(({ granted }) => granted.includes(subject)))) return true;
  }
  return false;
}

/** Whether READ is granted, and not denied at the same place to one of the subjects, on something that the thing has. */
export function isVisible(
  rules: readonly Rule[],
  subjects: readonly string[],
  document: JsonObject,
): boolean {
  return rules.some(({ path, granted }) => {
    const revoked = rules.filter((rule) => isSame(rule.path, path)).flatMap((rule) => rule.revoked);
    const isGranted = subjects.some((subject) => granted.includes(subject));
    const isRevoked = subjects.some((subject) => revoked.includes(subject));
    return isGranted && !isRevoked && getAt(document, path) !== undefined;
  });
}
