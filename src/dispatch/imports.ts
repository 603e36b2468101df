// What a policy takes over from others must be there, and readable by whoever takes it (basic-policy page).

import { getKey, isArray, isObject, type JsonValue } from "../base/json/json.ts";
import type { Access } from "../policies/enforcer.ts";
import { importInvalid, policyNotFound } from "../policies/errors.ts";
import { MOST_IMPORTS } from "../policies/limits.ts";
import { importsOf as importsOfPolicy } from "../policies/model.ts";
import type { Entries } from "../policies/references.ts";
import type { Command } from "../signals/signal.ts";
import type { Entities } from "./entities.ts";
import type { PolicyAccess } from "./policy-access.ts";

/** An import that a command brings: of the labels that it names, and, but for those alone, of all implicit entries. */
interface BroughtImport {
  readonly id: string;
  readonly labels: readonly string[];
  readonly implicit: boolean;
}

/** A reference to an entry of an imported policy. */
interface BroughtReference {
  readonly imported: string;
  readonly entry: string;
}

/** Whether a command needs {@link checkImports}. */
export const bringsImports = (command: Command): boolean =>
  importsIn(command).length > 0 || referencesIn(command).length > 0;

/**
 * Loads the policies that a command imports or references entries of. Refuses with 404 where one is missing, or not all of
 * it that is taken over can be read; with `policies:import.invalid` where a referenced entry is missing or never
 * importable, or, in a whole policy, of one that is not imported. What is wrong with the body is told before.
 */
export async function checkImports(
  command: Command,
  policies: Entities,
  access: PolicyAccess,
): Promise<void> {
  const imports = importsIn(command);
  const references = referencesIn(command);
  try {
    for (const brought of imports.slice(0, MOST_IMPORTS)) {
      if (await takesOver(brought)) checkImport(brought, await effective(brought.id)); // else refused when decided
    }
    if (command.path.length === 0) checkDeclared(references, imports);
    await checkReferences();
  } catch (refusal) {
    policies.rules.checkBody(command);
    throw refusal;
  }

  /** A policy takes over nothing from itself, nor by the labels of an import that it does not have. */
  async function takesOver({ id, implicit }: BroughtImport): Promise<boolean> {
    if (id === command.id || implicit) return id !== command.id;
    const { head } = await policies.load(command.id);
    return Object.hasOwn(importsOfPolicy(head?.value ?? {}), id);
  }

  async function effective(id: string): Promise<Imported> {
    const policy = await policies.load(id);
    await access.load(policy);
    const found = access.effective(policy);
    if (!found) throw policyNotFound(id);
    return { entries: found.entries, may: found.enforcer.forSubjects(command.auth.subjects) };
  }

  /** References beyond the policies that can be imported at all are refused when decided. */
  async function checkReferences(): Promise<void> {
    const seen = new Set<string>();
    for (const reference of references) {
      seen.add(reference.imported);
      if (seen.size > MOST_IMPORTS) return;
      checkReference(reference, await effective(reference.imported));
    }
  }
}

interface Imported {
  readonly entries: Entries;
  readonly may: Access;
}

const mayRead = ({ may }: Imported, label: string): boolean =>
  may.hasUnrestricted("policy", ["entries", label], "READ");

function checkImport({ id, labels, implicit }: BroughtImport, imported: Imported): void {
  const { entries } = imported;
  const taken = implicit
    ? Object.keys(entries).filter((label) => entries[label]?.importable === "implicit")
    : [];
  if (![...taken, ...labels].every((label) => mayRead(imported, label))) throw policyNotFound(id);
}

function checkDeclared(references: readonly BroughtReference[], imports: readonly BroughtImport[]): void {
  const declared = new Set(imports.map(({ id }) => id));
  const stray = references.find(({ imported }) => !declared.has(imported));
  if (stray)
    throw importInvalid(`An entry references the policy '${stray.imported}', which is not imported.`);
}

function checkReference({ imported: id, entry }: BroughtReference, imported: Imported): void {
  const target = Object.hasOwn(imported.entries, entry) ? imported.entries[entry] : undefined;
  if (!target) throw importInvalid(`The referenced policy '${id}' has no entry '${entry}'.`);
  if (target.importable === "never")
    throw importInvalid(`The referenced entry '${entry}' of the policy '${id}' is never importable.`);
  if (!mayRead(imported, entry)) throw policyNotFound(id);
}

function importsIn({ kind, action, path, value }: Command): readonly BroughtImport[] {
  if (kind !== "policy" || (action !== "create" && action !== "modify")) return [];
  if (path.length === 0) return importsOf(memberOf(value, "imports"));
  if (path[0] !== "imports") return [];
  const id = path[1];
  if (id === undefined) return importsOf(value);
  if (path.length === 2) return [{ id, labels: textsOf(memberOf(value, "entries")), implicit: true }];
  return path[2] === "entries" ? [{ id, labels: textsOf(value), implicit: false }] : [];
}

const importsOf = (imports: JsonValue | undefined): readonly BroughtImport[] =>
  isObject(imports)
    ? Object.entries(imports).map(([id, oneImport]) => ({
        id,
        labels: textsOf(memberOf(oneImport, "entries")),
        implicit: true,
      }))
    : [];

function referencesIn({ kind, action, path, value }: Command): readonly BroughtReference[] {
  if (kind !== "policy" || (action !== "create" && action !== "modify")) return [];
  if (path.length === 0) return referencesOfAll(memberOf(value, "entries"));
  if (path[0] !== "entries") return [];
  if (path.length === 1) return referencesOfAll(value);
  if (path.length === 2) return referencesOf(memberOf(value, "references"));
  return path.length === 3 && path[2] === "references" ? referencesOf(value) : [];
}

const referencesOfAll = (entries: JsonValue | undefined): readonly BroughtReference[] =>
  isObject(entries)
    ? Object.values(entries).flatMap((entry) => referencesOf(memberOf(entry, "references")))
    : [];

function referencesOf(references: JsonValue | undefined): readonly BroughtReference[] {
  if (!isArray(references)) return [];
  return references.flatMap((reference) => {
    const imported = memberOf(reference, "import");
    const entry = memberOf(reference, "entry");
    return typeof imported === "string" && typeof entry === "string" ? [{ imported, entry }] : [];
  });
}

const memberOf = (value: JsonValue | undefined, key: string): JsonValue | undefined =>
  isObject(value) ? getKey(value, key) : undefined;

const textsOf = (value: JsonValue | undefined): readonly string[] =>
  isArray(value) ? value.filter((text) => typeof text === "string") : [];
