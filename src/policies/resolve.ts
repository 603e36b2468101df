// What a policy says once its references and imports are put in place of themselves (basic-policy page).

import { getKey, isArray, isObject, type JsonObject, type JsonValue, putKey } from "../base/json/json.ts";
import { importInvalid } from "./errors.ts";
import { type EffectedPermissions, entriesOf, importsOf, type PolicyEntry } from "./model.ts";
import { matchesNamespace } from "./names.ts";

export interface Entries {
  readonly [label: string]: PolicyEntry;
}

/** Finds an imported policy; what is not found contributes nothing. */
export type LookUpPolicy = (policyId: string) => JsonObject | undefined;

const MAX_DEPTH = 10;

/**
 * The entries of a policy with those of its imports, labelled `imported-<id>-<label>`, and with its references
 * resolved. Chains of imports longer than ten are refused with `policies:import.invalid`.
 */
export function resolveEntries(policy: JsonObject, lookUp: LookUpPolicy): Entries {
  const own = entriesOf(policy);
  const imports = importsOf(policy);
  return resolveReferences(own, withImports(own, imports, Object.keys(imports), lookUp, new Set(), 0));
}

function withImports(
  own: Entries,
  imports: JsonObject,
  ids: readonly string[],
  lookUp: LookUpPolicy,
  visited: ReadonlySet<string>,
  depth: number,
): Entries {
  const entries: { [label: string]: PolicyEntry } = { ...own };
  for (const id of ids) {
    const imported = lookUp(id);
    if (!imported) continue;
    const oneImport = getKey(imports, id);
    const transitive = stringsAt(oneImport, "transitiveImports").filter((next) => !visited.has(next));
    const resolved = resolveImported(imported, transitive, lookUp, visited, depth);
    addImported(entries, id, resolved, stringsAt(oneImport, "entries"));
  }
  return entries;
}

function resolveImported(
  imported: JsonObject,
  transitive: readonly string[],
  lookUp: LookUpPolicy,
  visited: ReadonlySet<string>,
  depth: number,
): Entries {
  const own = entriesOf(imported);
  if (transitive.length === 0) return resolveReferences(own);
  if (depth >= MAX_DEPTH)
    throw importInvalid(`Policies import each other over more than ${MAX_DEPTH} steps.`);
  const imports = importsOf(imported);
  const followed = Object.keys(imports).filter((id) => transitive.includes(id));
  const seen = new Set([...visited, ...transitive]);
  return resolveReferences(own, withImports(own, imports, followed, lookUp, seen, depth + 1));
}

function addImported(
  target: { [label: string]: PolicyEntry },
  id: string,
  imported: Entries,
  explicitLabels: readonly string[],
): void {
  for (const label of Object.keys(imported)) {
    // References are the imported policy's own affair, resolved already.
    const { references: _references, ...entry } = imported[label] as PolicyEntry;
    const comes =
      entry.importable === "implicit" || (entry.importable === "explicit" && explicitLabels.includes(label));
    if (comes) putKey(target as JsonObjectOf, `imported-${id}-${label}`, entry as unknown as JsonValue);
  }
}

type JsonObjectOf = { [key: string]: JsonValue } & { [label: string]: PolicyEntry };

/**
 * The entries in which each of `own` has what it references added to it. Local references find the entry as written,
 * not as resolved; those of an import find `imported-<id>-<label>` among `all`. Missing targets add nothing.
 */
export function resolveReferences(own: Entries, all: Entries = own): Entries {
  const referring = Object.keys(own).filter((label) => own[label]?.references !== undefined);
  if (referring.length === 0) return all;
  const result: { [label: string]: PolicyEntry } = { ...all };
  for (const label of referring) {
    const resolved = resolveEntry(own[label] as PolicyEntry, own, all);
    putKey(result as JsonObjectOf, label, resolved as unknown as JsonValue);
  }
  return result;
}

function resolveEntry(entry: PolicyEntry, own: Entries, all: Entries): PolicyEntry {
  const targets = (entry.references ?? []).flatMap((reference) => {
    const imported = getKey(reference, "import");
    const [among, label] =
      imported === undefined ? [own, reference.entry] : [all, `imported-${imported}-${reference.entry}`];
    const target = Object.hasOwn(among, label) ? among[label] : undefined;
    return target && target.importable !== "never" ? [target] : [];
  });
  const allowed = allowedByAll(targets);
  const sources = (addition: string) =>
    !allowed || allowed.includes(addition) ? [...targets, entry] : targets;
  const namespaces = sources("namespaces").flatMap((source) => source.namespaces ?? []);
  return {
    subjects: mergeSubjects(sources("subjects")),
    resources: mergeResources(sources("resources")),
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

/** Of a subject that several entries have, the first one's type and expiry count. */
function mergeSubjects(sources: readonly PolicyEntry[]): JsonObject {
  const merged: { [id: string]: JsonValue } = {};
  for (const { subjects } of sources) {
    for (const id of Object.keys(subjects)) {
      if (!Object.hasOwn(merged, id)) putKey(merged, id, subjects[id] as JsonValue);
    }
  }
  return merged;
}

function mergeResources(sources: readonly PolicyEntry[]): PolicyEntry["resources"] {
  const merged: { [key: string]: EffectedPermissions } = {};
  for (const { resources } of sources) {
    for (const key of Object.keys(resources)) {
      const { grant, revoke } = resources[key] as EffectedPermissions;
      const known = Object.hasOwn(merged, key) ? merged[key] : undefined;
      merged[key] = {
        grant: [...new Set([...(known?.grant ?? []), ...grant])],
        revoke: [...new Set([...(known?.revoke ?? []), ...revoke])],
      };
    }
  }
  return merged;
}

/** Whether an entry applies to things of a namespace: it names none, or one that matches. */
export const appliesTo = (entry: PolicyEntry, namespace: string): boolean =>
  !entry.namespaces?.length || entry.namespaces.some((pattern) => matchesNamespace(pattern, namespace));

function stringsAt(object: JsonValue | undefined, key: string): readonly string[] {
  const values = isObject(object) ? getKey(object, key) : undefined;
  return isArray(values) ? values.filter((value) => typeof value === "string") : [];
}
