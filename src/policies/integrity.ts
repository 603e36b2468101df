// What must hold across the entries and imports of a policy: somebody administers it, references have their targets.

import { getKey, isArray, isObject, type JsonObject, type JsonValue } from "../base/json/json.ts";
import { entryInvalid, entryReferenceConflict, importReferenceConflict } from "./errors.ts";
import { entriesOf, importsOf, type PolicyEntry } from "./model.ts";
import { resolveEntries } from "./resolve.ts";

const administration = "policy:/";

/**
 * Whether a subject that does not expire has WRITE granted, and by no entry revoked, on `policy:/`. Of a policy that
 * imports others this is not known here, and taken for granted.
 */
export function isAdministrable(policy: JsonObject): boolean {
  if (Object.keys(importsOf(policy)).length > 0) return true;
  const entries = Object.values(resolveEntries(policy, () => undefined));
  const locked = new Set(
    entries.filter(revokesAdministration).flatMap((entry) => Object.keys(entry.subjects ?? {})),
  );
  return entries
    .filter(grantsAdministration)
    .some(({ subjects = {} }) =>
      Object.keys(subjects).some((id) => isLasting(subjects[id]) && !locked.has(id)),
    );
}

const grantsAdministration = (entry: PolicyEntry) =>
  entry.resources?.[administration]?.grant.includes("WRITE") ?? false;
const revokesAdministration = (entry: PolicyEntry) =>
  entry.resources?.[administration]?.revoke.includes("WRITE") ?? false;
const isLasting = (subject: JsonValue | undefined) =>
  isObject(subject) && getKey(subject, "expiry") === undefined;

interface Reference {
  readonly by: string;
  readonly entry: string;
  readonly imported: string | undefined;
}

function referencesOf(policy: JsonObject): Reference[] {
  return Object.entries(entriesOf(policy)).flatMap(([by, entry]) =>
    (entry.references ?? []).map((reference) => ({
      by,
      entry: reference.entry,
      imported: getKey(reference, "import") as string | undefined,
    })),
  );
}

/** Refuses references that are doubled, point at their own entry, or at one that is absent or never importable. */
export function checkReferenceTargets(policy: JsonObject): void {
  const seen = new Set<string>();
  for (const { by, entry, imported } of referencesOf(policy)) {
    const key = JSON.stringify([by, imported, entry]);
    if (seen.has(key)) throw entryInvalid(`The entry '${by}' references '${entry}' twice.`);
    seen.add(key);
    if (imported === undefined) checkLocalTarget(policy, by, entry);
    else if (getKey(importsOf(policy), imported) === undefined)
      throw entryInvalid(`The entry '${by}' references the policy '${imported}', which is not imported.`);
  }
}

function checkLocalTarget(policy: JsonObject, by: string, label: string): void {
  if (by === label) throw entryInvalid(`The entry '${by}' references itself.`);
  const target = ownEntry(policy, label);
  if (!target) throw entryInvalid(`The entry '${by}' references '${label}', which does not exist.`);
  if (target.importable === "never")
    throw entryInvalid(`The entry '${by}' references '${label}', which is never importable.`);
}

function ownEntry(policy: JsonObject, label: string): PolicyEntry | undefined {
  const entries = entriesOf(policy);
  return Object.hasOwn(entries, label) ? entries[label] : undefined;
}

/** Refuses the removal of an entry that another one references. */
export function checkEntriesKept(after: JsonObject, id: string, before: JsonObject): void {
  for (const { by, entry, imported } of referencesOf(after)) {
    if (imported === undefined && ownEntry(before, entry) && !ownEntry(after, entry))
      throw entryReferenceConflict(id, entry, by);
  }
}

/** Refuses to close an entry that another one references. */
export function checkNotMadeNever(after: JsonObject, id: string): void {
  for (const { by, entry, imported } of referencesOf(after)) {
    if (imported === undefined && by !== entry && ownEntry(after, entry)?.importable === "never")
      throw entryReferenceConflict(id, entry, by);
  }
}

/** Refuses the removal of an import, or of a label from it, that an entry references. */
export function checkImportsKept(after: JsonObject, id: string, before: JsonObject): void {
  for (const { by, entry, imported } of referencesOf(after)) {
    if (imported === undefined) continue;
    const was = getKey(importsOf(before), imported);
    const is = getKey(importsOf(after), imported);
    if (was === undefined) continue;
    if (is === undefined || (importedLabels(was).includes(entry) && !importedLabels(is).includes(entry)))
      throw importReferenceConflict(id, imported, by);
  }
}

/** The labels that an import names. */
export function importedLabels(oneImport: JsonValue): readonly JsonValue[] {
  const labels = isObject(oneImport) ? getKey(oneImport, "entries") : undefined;
  return isArray(labels) ? labels : [];
}
