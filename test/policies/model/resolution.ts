// What a policy says with its imports and references, as plainly as it can be said: entries are lists, and nothing is
// shared or remembered. The resolver must agree with it.

import type { JsonObject, JsonValue } from "../../../src/base/json/json.ts";
import type { EffectedPermissions, PolicyEntry } from "../../../src/policies/model.ts";

/** An entry of the policy at the end of a chain of imports, from the nearest on. */
interface Resolved {
  readonly from: readonly string[];
  readonly label: string;
  readonly subjects: readonly (readonly [id: string, subject: JsonValue])[];
  readonly resources: readonly (readonly [key: string, permissions: EffectedPermissions])[];
  readonly namespaces: readonly string[];
  readonly importable: string;
  readonly allowedAdditions: readonly string[] | undefined;
}

type Library = (policyId: string) => JsonObject | undefined;

interface OneImport {
  readonly entries?: readonly string[];
  readonly transitiveImports?: readonly string[];
}

const entries = (policy: JsonObject) =>
  Object.entries(policy.entries as unknown as { [label: string]: PolicyEntry });
const imports = (policy: JsonObject) => Object.entries(policy.imports as { [id: string]: OneImport });

/**
 * The entries that apply, in no order: its own with what they reference, and those of the policies it imports. With a
 * namespace only those that are meant for its things.
 */
export function resolvedPlainly(
  policy: JsonObject,
  library: Library,
  namespace?: string,
): readonly Pick<PolicyEntry, "subjects" | "resources">[] {
  const all = withReferences(
    policy,
    imports(policy).flatMap(([id, oneImport]) => imported(id, oneImport, library, [])),
  );
  return all
    .filter(({ namespaces }) => namespace === undefined || isMeantFor(namespaces, namespace))
    .flatMap(({ subjects, resources }) =>
      // One entry for each resource, since two may say something of the same.
      resources.map(([key, permissions]) => ({
        subjects: Object.fromEntries(subjects),
        resources: { [key]: permissions },
      })),
    );
}

/** `org.a` is that namespace, `org.a.*` every one below it, and nothing every one. */
const isMeantFor = (patterns: readonly string[], namespace: string): boolean =>
  patterns.length === 0 ||
  patterns.some((pattern) =>
    pattern.endsWith(".*") ? namespace.startsWith(pattern.slice(0, -1)) : pattern === namespace,
  );

/** What an import brings: implicit entries, and explicit ones that it names. */
function imported(
  id: string,
  oneImport: OneImport,
  library: Library,
  visited: readonly string[],
): readonly Resolved[] {
  const policy = library(id);
  if (!policy) return [];
  const transitive = (oneImport.transitiveImports ?? []).filter((next) => !visited.includes(next));
  const followed = imports(policy).filter(([next]) => transitive.includes(next));
  const further = followed.flatMap(([next, nextImport]) =>
    imported(next, nextImport, library, [...visited, ...transitive]),
  );
  return withReferences(policy, further)
    .filter(
      ({ from, label, importable }) =>
        importable === "implicit" ||
        (importable === "explicit" && oneImport.entries?.includes(nameOf(from, label))),
    )
    .map((entry) => ({ ...entry, from: [id, ...entry.from] }));
}

/** What an import has to say to name an explicit entry. */
const nameOf = (from: readonly string[], label: string): string =>
  [...from.map((id) => `imported-${id}`), label].join("-");

/** A policy's own entries, each with what it references among them and the imported ones, and the imported ones. */
function withReferences(policy: JsonObject, others: readonly Resolved[]): readonly Resolved[] {
  const own = entries(policy).map(([label, entry]) => asResolved(label, entry));
  return [
    ...entries(policy).map(([label, entry]) => withAllReferenced(label, entry, own, others)),
    ...others,
  ];
}

const asResolved = (label: string, entry: PolicyEntry): Resolved => ({
  from: [],
  label,
  subjects: Object.entries(entry.subjects ?? {}),
  resources: Object.entries(entry.resources ?? {}),
  namespaces: entry.namespaces ?? [],
  importable: entry.importable,
  allowedAdditions: entry.allowedAdditions,
});

/** References add up; a local one finds an entry as it is written, one of an import only what came along with it. */
function withAllReferenced(
  label: string,
  entry: PolicyEntry,
  own: readonly Resolved[],
  others: readonly Resolved[],
): Resolved {
  const written = asResolved(label, entry);
  if (!entry.references) return written;
  const targets = entry.references
    .map((reference) =>
      reference.import === undefined
        ? own.find((target) => target.label === reference.entry)
        : others.find((target) => nameOf(target.from, target.label) === importedName(reference)),
    )
    .filter((target) => target !== undefined)
    .filter((target) => target.importable !== "never");
  const restrictions = targets.flatMap((target) =>
    target.allowedAdditions ? [target.allowedAdditions] : [],
  );
  const mayAdd = (what: string) => restrictions.every((allowed) => allowed.includes(what));
  const sources = (what: string) => (mayAdd(what) ? [...targets, written] : targets);
  return {
    ...written,
    subjects: firstOfEach(sources("subjects").flatMap(({ subjects }) => subjects)),
    resources: sources("resources").flatMap(({ resources }) => resources),
    namespaces: sources("namespaces").flatMap(({ namespaces }) => namespaces),
    allowedAdditions:
      restrictions.length === 0 ? undefined : ["subjects", "resources", "namespaces"].filter(mayAdd),
  };
}

const importedName = (reference: JsonObject): string => `imported-${reference.import}-${reference.entry}`;

/** Of a subject that is named several times the first counts, with its expiry. */
const firstOfEach = (subjects: Resolved["subjects"]): Resolved["subjects"] =>
  subjects.filter(([id], i) => subjects.findIndex(([other]) => other === id) === i);
