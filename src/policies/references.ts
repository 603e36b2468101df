// What an entry of a policy says once what it references is added to it (basic-policy page).

import { getKey, type JsonObject, type JsonValue, putKey } from "../base/json/json.ts";
import type { EffectedPermissions, PolicyEntry } from "./model.ts";

export interface Entries {
  readonly [label: string]: PolicyEntry;
}

/** The entries that came along with each import, by the imported policy's id and the label that they have there. */
export type Brought = ReadonlyMap<string, Entries>;

/** How many subjects, resources and namespaces may still be repeated in a resolution, and whether that was too few. */
export interface Allowance {
  left: number;
  exceeded: boolean;
}

/** Takes what an entry weighs from an allowance, and tells whether that was enough. */
export function spend(allowance: Allowance, { subjects, resources, namespaces }: PolicyEntry): boolean {
  return spendCount(allowance, keysIn(subjects) + keysIn(resources) + (namespaces?.length ?? 0));
}

function spendCount(allowance: Allowance, count: number): boolean {
  allowance.left -= count;
  if (allowance.left < 0) allowance.exceeded = true;
  return !allowance.exceeded;
}

const keysIn = (object: object | undefined): number => (object ? Object.keys(object).length : 0);

/**
 * The entries of `all` in which each of `own` has what it references added to it. Local references find the entry as
 * written, not as resolved; those of an import find what it `brought`. Missing targets add nothing. Once the allowance is
 * exceeded, references are left as they are.
 */
export function resolveReferences(
  own: Entries,
  all: Entries,
  brought: Brought,
  allowance: Allowance,
): Entries {
  const referring = Object.keys(own).filter((label) => own[label]?.references !== undefined);
  if (referring.length === 0) return all;
  const result: { [label: string]: PolicyEntry } = { ...all };
  for (const label of referring) {
    const entry = own[label] as PolicyEntry;
    if (!spendCount(allowance, entry.references?.length ?? 0)) break;
    const targets = targetsOf(entry, own, brought);
    // A target weighs the same wherever it is named, whether or not it is copied: an enforcer reads all of it each time.
    if (![...targets, entry].every((source) => spend(allowance, source))) break;
    putKey(result as JsonObjectOf, label, resolveEntry(entry, targets) as unknown as JsonValue);
  }
  return result;
}

type JsonObjectOf = { [key: string]: JsonValue } & { [label: string]: PolicyEntry };

function targetsOf({ references = [] }: PolicyEntry, own: Entries, brought: Brought): readonly PolicyEntry[] {
  return references.flatMap((reference) => {
    const imported = getKey(reference, "import");
    const among = imported === undefined ? own : brought.get(String(imported));
    const target = among && Object.hasOwn(among, reference.entry) ? among[reference.entry] : undefined;
    return target && target.importable !== "never" ? [target] : [];
  });
}

function resolveEntry(entry: PolicyEntry, targets: readonly PolicyEntry[]): PolicyEntry {
  const allowed = allowedByAll(targets);
  const sources = (addition: string) =>
    !allowed || allowed.includes(addition) ? [...targets, entry] : targets;
  const namespaces = sources("namespaces").flatMap((source) => source.namespaces ?? []);
  return {
    subjects: merged(sources("subjects").map(({ subjects }) => subjects)),
    resources: merged(
      sources("resources").map(({ resources }) => resources),
      permissionsOfBoth,
    ) as NonNullable<PolicyEntry["resources"]>,
    ...(namespaces.length > 0 && { namespaces: [...new Set(namespaces)] }),
    importable: entry.importable,
    ...(allowed && { allowedAdditions: allowed }),
    ...(entry.references && { references: entry.references }),
  };
}

/** What every referenced entry that restricts additions lets its referrers add; `undefined` where none restricts. */
function allowedByAll(targets: readonly PolicyEntry[]): readonly string[] | undefined {
  return targets
    .flatMap((target) => (target.allowedAdditions ? [target.allowedAdditions] : []))
    .reduce<readonly string[] | undefined>(
      (allowed, next) => (allowed ? allowed.filter((addition) => next.includes(addition)) : next),
      undefined,
    );
}

const nothing: JsonObject = {};

/**
 * The members of several objects, shared where only one of them has any. Of a key that several have the first value
 * counts, as of a subject its type and expiry, unless the two `together` make another.
 */
function merged(
  sources: readonly (JsonObject | undefined)[],
  together: (first: JsonValue, next: JsonValue) => JsonValue = (first) => first,
): JsonObject {
  const [only = nothing, ...more] = sources.filter((source) => keysIn(source) > 0);
  if (more.length === 0) return only;
  const members: { [key: string]: JsonValue } = { ...only };
  for (const source of more as readonly JsonObject[]) {
    for (const key of Object.keys(source)) {
      const value = source[key] as JsonValue;
      putKey(members, key, Object.hasOwn(members, key) ? together(members[key] as JsonValue, value) : value);
    }
  }
  return members;
}

function permissionsOfBoth(first: JsonValue, next: JsonValue): EffectedPermissions {
  const both = [first as EffectedPermissions, next as EffectedPermissions];
  return {
    grant: [...new Set(both.flatMap(({ grant }) => grant))],
    revoke: [...new Set(both.flatMap(({ revoke }) => revoke))],
  };
}
