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
/** Most imports of imports that are looked up for one policy; its own are always. */
const MAX_LOOK_UPS = 1000;
/** Most entries that an imported policy brings of others; its own all count. */
const MAX_TAKEN = 2000;

/** One resolution: what it has found so far, and how much more it may. */
interface Resolution {
  readonly lookUp: LookUpPolicy;
  /** By imported policy and what is to be followed from there. */
  readonly known: Map<string, Entries>;
  lookUps: number;
  /** Why something was left out. */
  exceeded: string | undefined;
}

const newResolution = (lookUp: LookUpPolicy): Resolution => ({
  lookUp,
  known: new Map(),
  lookUps: 0,
  exceeded: undefined,
});

/**
 * The entries of a policy with those of its imports, labelled `imported-<id>-<label>`, and with its references
 * resolved. Never throws: what lies beyond the limits of a resolution contributes nothing.
 */
export const resolveEntries = (policy: JsonObject, lookUp: LookUpPolicy): Entries =>
  resolveWithin(newResolution(lookUp), policy);

/** Refuses, with `policies:import.invalid`, a policy of whose imports {@link resolveEntries} would leave some out. */
export function refuseUnresolvable(policy: JsonObject, lookUp: LookUpPolicy): void {
  const resolution = newResolution(lookUp);
  resolveWithin(resolution, policy);
  if (resolution.exceeded !== undefined) throw importInvalid(resolution.exceeded);
}

function resolveWithin(resolution: Resolution, policy: JsonObject): Entries {
  const own = entriesOf(policy);
  const imports = importsOf(policy);
  return resolveReferences(own, withImports(resolution, own, imports, Object.keys(imports), new Set(), 0));
}

function withImports(
  resolution: Resolution,
  own: Entries,
  imports: JsonObject,
  ids: readonly string[],
  visited: ReadonlySet<string>,
  depth: number,
): Entries {
  const entries: { [label: string]: PolicyEntry } = { ...own };
  let room = depth === 0 ? Number.POSITIVE_INFINITY : MAX_TAKEN;
  for (const id of ids) {
    const oneImport = getKey(imports, id);
    const transitive = stringsAt(oneImport, "transitiveImports").filter((next) => !visited.has(next));
    const resolved = resolveImported(resolution, id, transitive, visited, depth);
    const coming = comingOf(resolved, stringsAt(oneImport, "entries"));
    if (coming.length > room)
      resolution.exceeded = `An import brings more than ${MAX_TAKEN} entries of others.`;
    for (const label of coming.slice(0, room)) {
      // References are the imported policy's own affair, resolved already.
      const { references: _references, ...entry } = resolved[label] as PolicyEntry;
      putKey(entries as JsonObjectOf, importedLabel(id, label), entry as unknown as JsonValue);
    }
    room = Math.max(room - coming.length, 0);
  }
  return entries;
}

function resolveImported(
  resolution: Resolution,
  id: string,
  transitive: readonly string[],
  visited: ReadonlySet<string>,
  depth: number,
): Entries {
  // What was visited makes a difference only to what is followed from here.
  const key = JSON.stringify(transitive.length === 0 ? [id] : [id, depth, transitive, [...visited].sort()]);
  const known = resolution.known.get(key);
  if (known) return known;
  const resolved = look(resolution, id, transitive, visited, depth);
  resolution.known.set(key, resolved);
  return resolved;
}

function look(
  resolution: Resolution,
  id: string,
  transitive: readonly string[],
  visited: ReadonlySet<string>,
  depth: number,
): Entries {
  if (depth > 0 && resolution.lookUps >= MAX_LOOK_UPS) {
    resolution.exceeded = `Its imports lead to more than ${MAX_LOOK_UPS} others.`;
    return {};
  }
  resolution.lookUps++;
  const imported = resolution.lookUp(id);
  if (!imported) return {};
  const own = entriesOf(imported);
  if (transitive.length === 0) return resolveReferences(own);
  if (depth >= MAX_DEPTH) {
    resolution.exceeded = `Policies import each other over more than ${MAX_DEPTH} steps.`;
    return {};
  }
  const imports = importsOf(imported);
  const followed = Object.keys(imports).filter((next) => transitive.includes(next));
  const seen = new Set([...visited, ...transitive]);
  return resolveReferences(own, withImports(resolution, own, imports, followed, seen, depth + 1));
}

/** The labels of the entries that come along with an import. */
const comingOf = (imported: Entries, explicitLabels: readonly string[]): readonly string[] =>
  Object.keys(imported).filter((label) => {
    const importable = imported[label]?.importable;
    return importable === "implicit" || (importable === "explicit" && explicitLabels.includes(label));
  });

/** The label under which an entry of an imported policy counts in the importing one. */
export const importedLabel = (policyId: string, label: string): string => `imported-${policyId}-${label}`;

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
      imported === undefined
        ? [own, reference.entry]
        : [all, importedLabel(String(imported), reference.entry)];
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
  for (const { subjects = {} } of sources) {
    for (const id of Object.keys(subjects)) {
      if (!Object.hasOwn(merged, id)) putKey(merged, id, subjects[id] as JsonValue);
    }
  }
  return merged;
}

function mergeResources(sources: readonly PolicyEntry[]): NonNullable<PolicyEntry["resources"]> {
  const merged: { [key: string]: EffectedPermissions } = {};
  for (const { resources = {} } of sources) {
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
