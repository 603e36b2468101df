// Who may read what, as the index holds it: the entries of a policy multiplied out for the things of one namespace.

import { getKey, type JsonObject } from "../../base/json/json.ts";
import { type Path, printPath } from "../../base/json/pointer.ts";
import { expiryOf, nextExpiry } from "../../policies/expiry.ts";
import type { PolicyEntry } from "../../policies/model.ts";
import { appliesTo } from "../../policies/resolve.ts";
import { readResourceKey } from "../../policies/resource-key.ts";
import type { AccessKey, AccessRow } from "../store.ts";
import { versionOf } from "../stored/version.ts";
import type { PolicyInEffect } from "./parts.ts";

/** Subjects of all resources of a row, each counted where it is named; a policy that says more lets nobody find anything. */
export const MOST_MENTIONS = 100_000;

interface Rule {
  readonly granted: Set<string>;
  readonly revoked: Set<string>;
}

/** What an entry says of READ on one resource. */
interface Statement {
  readonly path: Path;
  readonly grants: boolean;
}

export interface CompiledAccess {
  readonly row: AccessRow;
  /** As {@link MOST_MENTIONS} counts them. */
  readonly mentions: number;
}

/** The row of a key; subjects that have expired by `now` (milliseconds since the epoch) are left out. */
export function compileAccess(key: AccessKey, policy: PolicyInEffect, now: number): CompiledAccess {
  const applying = policy.entries.filter((entry) => appliesTo(entry, key.namespace));
  const said = applying.map((entry) => ({
    subjects: standing(entry, now),
    statements: statementsOf(entry),
  }));
  const mentions = said.reduce(
    (sum, { subjects, statements }) => sum + subjects.length * statements.length,
    0,
  );
  const rules = mentions > MOST_MENTIONS ? new Map<string, Rule>() : rulesOf(said);
  const sources = policy.sources.map(({ id }) => id);
  const row = {
    ...key,
    version: versionOf(policy.sources, nextExpiry(applying, now)),
    sources,
    ...readersOf(rules),
    rules: printed(rules),
  };
  return { row, mentions };
}

/** The same sources, and nobody who may read anything. */
export const nobodyMay = (row: AccessRow): AccessRow => ({ ...row, readers: [], partial: [], rules: {} });

const standing = ({ subjects = {} }: PolicyEntry, now: number): readonly string[] =>
  Object.keys(subjects).filter((id) => expiryOf(subjects[id]) > now);

function statementsOf({ resources = {} }: PolicyEntry): readonly Statement[] {
  const statements: Statement[] = [];
  for (const key of Object.keys(resources)) {
    const { type, path } = readResourceKey(key);
    if (type !== "thing") continue;
    const permissions = getKey(resources as JsonObject, key) as NonNullable<PolicyEntry["resources"]>[string];
    // What an entry both grants and revokes it revokes.
    if (permissions.revoke.includes("READ")) statements.push({ path, grants: false });
    else if (permissions.grant.includes("READ")) statements.push({ path, grants: true });
  }
  return statements;
}

function rulesOf(
  said: readonly { readonly subjects: readonly string[]; readonly statements: readonly Statement[] }[],
): ReadonlyMap<string, Rule> {
  const rules = new Map<string, Rule>();
  for (const { subjects, statements } of said) {
    if (subjects.length === 0) continue;
    for (const { path, grants } of statements) {
      const pointer = printPath(path);
      // The database has another character for half of a pair, which nothing may be granted to, or at, for being alike.
      if (grants && !pointer.isWellFormed()) continue;
      const rule = ruleAt(rules, pointer.toWellFormed());
      for (const subject of subjects) {
        if (!grants) rule.revoked.add(subject.toWellFormed());
        else if (subject.isWellFormed()) rule.granted.add(subject);
      }
    }
  }
  for (const { granted, revoked } of rules.values()) for (const subject of revoked) granted.delete(subject);
  return rules;
}

function ruleAt(rules: Map<string, Rule>, pointer: string): Rule {
  const known = rules.get(pointer);
  if (known) return known;
  const rule = { granted: new Set<string>(), revoked: new Set<string>() };
  rules.set(pointer, rule);
  return rule;
}

function readersOf(rules: ReadonlyMap<string, Rule>): Pick<AccessRow, "readers" | "partial"> {
  const readers = new Set<string>();
  const partial = new Set<string>();
  const whole = rules.get("/")?.granted;
  for (const { granted, revoked } of rules.values()) {
    for (const subject of granted) {
      readers.add(subject);
      if (!whole?.has(subject)) partial.add(subject);
    }
    for (const subject of revoked) partial.add(subject);
  }
  return { readers: [...readers], partial: [...partial] };
}

/** Pointers begin with a slash, so that none of them is a key with a meaning of its own. */
function printed(rules: ReadonlyMap<string, Rule>): AccessRow["rules"] {
  const result: Record<string, { g?: readonly string[]; r?: readonly string[] }> = {};
  for (const [pointer, { granted, revoked }] of rules) {
    if (granted.size + revoked.size === 0) continue;
    result[pointer] = {
      ...(granted.size > 0 && { g: [...granted] }),
      ...(revoked.size > 0 && { r: [...revoked] }),
    };
  }
  return result;
}
