// Namespace root policies (basic-policy page): policies of the operator whose entries count in all policies of a namespace.

import { namespaceOf } from "../base/ids.ts";
import { getKey, type JsonObject } from "../base/json/json.ts";
import { recent } from "../base/recent.ts";
import type { PolicyEntry } from "./model.ts";
import { matchesNamespace } from "./names.ts";
import type { Entries } from "./references.ts";
import { addUnder, type LookUpPolicy, tryResolve } from "./resolve.ts";

/** The root policies of the policies of a namespace, the most specific first. */
export type RootsOf = (namespace: string) => readonly string[];

/** The root policies of the namespaces that a pattern matches: a namespace, one with `.*` at its end, or `*`. */
export interface NamespaceRoots {
  readonly pattern: string;
  readonly policies: readonly string[];
}

const none: readonly string[] = [];
/** For servers without such policies. */
export const noRoots: RootsOf = () => none;

const MAX_REMEMBERED = 1000;

/** Finds the roots of a namespace: of exact patterns first, then of the longest, each root once. */
export function rootsFinder(configured: readonly NamespaceRoots[]): RootsOf {
  if (configured.length === 0) return noRoots;
  const ordered = configured.toSorted((a, b) => precedence(b.pattern) - precedence(a.pattern));
  const byNamespace = recent<readonly string[]>(MAX_REMEMBERED);

  function find(namespace: string): readonly string[] {
    const matching = ordered.filter(({ pattern }) => pattern === "*" || matchesNamespace(pattern, namespace));
    return [...new Set(matching.flatMap(({ policies }) => policies))];
  }
  return (namespace) => byNamespace.get(namespace) ?? byNamespace.put(namespace, find(namespace));
}

function precedence(pattern: string): number {
  if (pattern === "*") return 0;
  return pattern.endsWith(".*") ? pattern.length : Number.POSITIVE_INFINITY;
}

/** The roots of a policy: those of its namespace, without itself. */
export function rootsOfPolicy(policy: JsonObject, rootsOf: RootsOf): readonly string[] {
  const id = getKey(policy, "policyId");
  if (typeof id !== "string") return none;
  const roots = rootsOf(namespaceOf(id));
  return roots.includes(id) ? roots.filter((root) => root !== id) : roots;
}

/**
 * The entries by which a policy is enforced: its own with those of its imports, and, labelled `nsimported-<id>-<label>`,
 * the implicit ones of its roots. Roots count with what they import, but without roots of their own; one that is not
 * found contributes nothing. Where one of them all is beyond the limits of {@link tryResolve}, there are no entries.
 */
export function effectiveEntries(policy: JsonObject, lookUp: LookUpPolicy, rootsOf: RootsOf): Entries {
  const resolved = tryResolve(policy, lookUp);
  const roots = rootsOfPolicy(policy, rootsOf);
  if (roots.length === 0) return resolved ?? {};
  const ofRoots = roots.map((root) => tryResolve(lookUp(root) ?? {}, lookUp));
  if (!resolved || ofRoots.includes(undefined)) return {};
  const entries: { [label: string]: PolicyEntry } = { ...resolved };
  for (const [i, root] of roots.entries()) addImplicit(entries, root, ofRoots[i] ?? {});
  return entries;
}

function addImplicit(entries: { [label: string]: PolicyEntry }, root: string, ofRoot: Entries): void {
  for (const [label, { references: _references, ...entry }] of Object.entries(ofRoot)) {
    if (entry.importable === "implicit") addUnder(entries, nsImportedLabel(root, label), entry);
  }
}

/** The label under which an entry of a root counts in other policies. */
export const nsImportedLabel = (root: string, label: string): string => `nsimported-${root}-${label}`;
