// What a policy says once its references and imports are put in place of themselves (basic-policy page).

import { getKey, isArray, isObject, type JsonObject, type JsonValue, putKey } from "../base/json/json.ts";
import { entryInvalid, importInvalid } from "./errors.ts";
import { entriesOf, importsOf, type PolicyEntry } from "./model.ts";
import { matchesNamespace } from "./names.ts";
import { type Allowance, type Brought, type Entries, resolveReferences, spend } from "./references.ts";

/** Finds an imported policy; what is not found contributes nothing. */
export type LookUpPolicy = (policyId: string) => JsonObject | undefined;

const MAX_DEPTH = 10;
/** Most imports of imports that are looked up for one policy; its own are always. */
const MAX_LOOK_UPS = 1000;
/** Most entries that an imported policy brings of others; its own all count. */
const MAX_TAKEN = 2000;
/**
 * Most subjects, resources and namespaces that are there again because an entry is referenced, or because an imported
 * policy brings it of another one. A policy as long as is allowed by default holds about 5,000.
 */
const MAX_REPEATED = 100_000;

/** One resolution: what it has found so far, and how much more it may. */
interface Resolution {
  readonly lookUp: LookUpPolicy;
  /** By imported policy and what is to be followed from there. */
  readonly known: Map<string, Entries>;
  readonly allowance: Allowance;
  lookUps: number;
  /** Why something was left out. */
  exceeded: string | undefined;
}

const newResolution = (lookUp: LookUpPolicy): Resolution => ({
  lookUp,
  known: new Map(),
  allowance: { left: MAX_REPEATED, exceeded: false },
  lookUps: 0,
  exceeded: undefined,
});

/**
 * The entries of a policy with those of its imports, labelled `imported-<id>-<label>`, and with its references
 * resolved. Imports beyond the limits of a resolution contribute nothing. Where entries repeat others more often than a
 * resolution may, nothing is enforced rather than a part, since what is left out might be a revoke: `undefined`.
 */
export function tryResolve(policy: JsonObject, lookUp: LookUpPolicy): Entries | undefined {
  const resolution = newResolution(lookUp);
  const entries = resolveWithin(resolution, policy);
  return resolution.allowance.exceeded ? undefined : entries;
}

/** The same for those to whom a policy that cannot be resolved has no entries. */
export const resolveEntries = (policy: JsonObject, lookUp: LookUpPolicy): Entries =>
  tryResolve(policy, lookUp) ?? {};

/** Refuses a policy of which {@link tryResolve} would leave something out: with `policies:import.invalid`, or as below. */
export function refuseUnresolvable(policy: JsonObject, lookUp: LookUpPolicy): void {
  const resolution = newResolution(lookUp);
  resolveWithin(resolution, policy);
  if (resolution.exceeded !== undefined) throw importInvalid(resolution.exceeded);
  refuseRepetition(resolution);
}

/** Refuses, with `policies:entry.invalid`, a policy whose references repeat more than a resolution may. */
export function refuseUnfoldable(policy: JsonObject, lookUp: LookUpPolicy): void {
  if (!Object.values(entriesOf(policy)).some(({ references }) => references !== undefined)) return;
  const resolution = newResolution(lookUp);
  resolveWithin(resolution, policy);
  refuseRepetition(resolution);
}

function refuseRepetition({ allowance }: Resolution): void {
  if (!allowance.exceeded) return;
  throw entryInvalid(`References and imports repeat more than ${MAX_REPEATED} subjects and resources.`);
}

function resolveWithin(resolution: Resolution, policy: JsonObject): Entries {
  const own = entriesOf(policy);
  const imports = importsOf(policy);
  const { entries, brought } = withImports(resolution, own, imports, Object.keys(imports), new Set(), 0);
  return resolveReferences(own, entries, brought, resolution.allowance);
}

function withImports(
  resolution: Resolution,
  own: Entries,
  imports: JsonObject,
  ids: readonly string[],
  visited: ReadonlySet<string>,
  depth: number,
): { readonly entries: Entries; readonly brought: Brought } {
  const entries: { [label: string]: PolicyEntry } = { ...own };
  const brought = new Map<string, Entries>();
  let room = depth === 0 ? Number.POSITIVE_INFINITY : MAX_TAKEN;
  for (const id of ids) {
    const oneImport = getKey(imports, id);
    const transitive = stringsAt(oneImport, "transitiveImports").filter((next) => !visited.has(next));
    const resolved = resolveImported(resolution, id, transitive, visited, depth);
    const coming = comingOf(resolved, stringsAt(oneImport, "entries"));
    if (coming.length > room)
      resolution.exceeded = `An import brings more than ${MAX_TAKEN} entries of others.`;
    const taken = taking(resolved, coming.slice(0, room));
    for (const [label, entry] of Object.entries(taken)) {
      if (depth > 0 && !spend(resolution.allowance, entry)) return { entries, brought };
      addUnder(entries, importedLabel(id, label), entry);
    }
    brought.set(id, taken);
    room = Math.max(room - coming.length, 0);
  }
  return { entries, brought };
}

/** The entries of an imported policy without their references, which are its own affair and resolved already. */
function taking(resolved: Entries, labels: readonly string[]): Entries {
  const taken: { [label: string]: JsonValue } = {};
  for (const label of labels) {
    const { references: _references, ...entry } = resolved[label] as PolicyEntry;
    putKey(taken, label, entry as unknown as JsonValue);
  }
  return taken as unknown as Entries;
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
  if (transitive.length === 0) return resolveReferences(own, own, noneBrought, resolution.allowance);
  if (depth >= MAX_DEPTH) {
    resolution.exceeded = `Policies import each other over more than ${MAX_DEPTH} steps.`;
    return {};
  }
  const imports = importsOf(imported);
  const followed = Object.keys(imports).filter((next) => transitive.includes(next));
  const seen = new Set([...visited, ...transitive]);
  const { entries, brought } = withImports(resolution, own, imports, followed, seen, depth + 1);
  return resolveReferences(own, entries, brought, resolution.allowance);
}

const noneBrought: Brought = new Map();

/** The labels of the entries that come along with an import. */
const comingOf = (imported: Entries, explicitLabels: readonly string[]): readonly string[] =>
  Object.keys(imported).filter((label) => {
    const importable = imported[label]?.importable;
    return (
      importable === "implicit" || (importable === "explicit" && explicitLabels.includes(plainLabel(label)))
    );
  });

/** The label under which an entry of an imported policy counts in the importing one. */
export const importedLabel = (policyId: string, label: string): string => `imported-${policyId}-${label}`;

/**
 * Puts an entry of another policy under its label. Labels made of IDs and labels can be the same for different entries,
 * which all count: the others get a number, behind a slash, which no label has.
 */
export function addUnder(entries: { [label: string]: PolicyEntry }, label: string, entry: PolicyEntry): void {
  let free = label;
  for (let number = 2; Object.hasOwn(entries, free); number++) free = `${label}/${number}`;
  putKey(entries as unknown as { [key: string]: JsonValue }, free, entry as unknown as JsonValue);
}

/** A label without the number that {@link addUnder} gave it. */
export const plainLabel = (label: string): string => label.split("/", 1)[0] as string;

/** Whether an entry applies to things of a namespace: it names none, or one that matches. */
export const appliesTo = (entry: PolicyEntry, namespace: string): boolean =>
  !entry.namespaces?.length || entry.namespaces.some((pattern) => matchesNamespace(pattern, namespace));

function stringsAt(object: JsonValue | undefined, key: string): readonly string[] {
  const values = isObject(object) ? getKey(object, key) : undefined;
  return isArray(values) ? values.filter((value) => typeof value === "string") : [];
}
