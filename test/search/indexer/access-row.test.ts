// Rows of access say what the enforcer says.

import fc from "fast-check";
import { expect, test } from "vitest";
import { type Path, printPath } from "../../../src/base/json/pointer.ts";
import type { PolicyEntry } from "../../../src/policies/model.ts";
import { compileScoped } from "../../../src/policies/scoped-enforcer.ts";
import { compileAccess, MOST_MENTIONS } from "../../../src/search/indexer/access-row.ts";
import type { AccessRow } from "../../../src/search/store.ts";
import { entry, grant, revoke } from "../../policies/entries.ts";
import { asking, namespace, now, path, plainEntries } from "../../policies/model/arbitraries.ts";

const key = (ofNamespace = "org") => ({ policyId: "n:policy", namespace: ofNamespace });
const rowOf = (entries: readonly PolicyEntry[], ofNamespace?: string): AccessRow =>
  compileAccess(key(ofNamespace), { entries, sources: [{ id: "n:policy", revision: 3 }] }, now).row;

const limits = fc.uniqueArray(fc.constantFrom("org", "org.a", "org.a.*"), { maxLength: 2 });
const scopedEntries = fc
  .tuple(plainEntries, fc.array(limits, { minLength: 6, maxLength: 6 }))
  .map(([entries, namespaces]) => entries.map((one, i) => ({ ...one, namespaces: namespaces[i] ?? [] })));

const names = (given: readonly string[] | undefined, who: readonly string[]) =>
  given?.some((subject) => who.includes(subject)) ?? false;

/** The nearest resource on the way up at which one of the subjects is named decides. */
function mayRead({ rules }: AccessRow, who: readonly string[], at: Path): boolean {
  for (let length = at.length; length >= 0; length--) {
    const rule = rules[printPath(at.slice(0, length))];
    if (names(rule?.r, who)) return false;
    if (names(rule?.g, who)) return true;
  }
  return false;
}

const isRevokedBelow = ({ rules }: AccessRow, who: readonly string[], at: Path): boolean => {
  const prefix = at.length === 0 ? "/" : `${printPath(at)}/`;
  return Object.entries(rules).some(
    ([pointer, { r }]) => pointer !== "/" && pointer.startsWith(prefix) && names(r, who),
  );
};

test("the nearest rule decides what subjects may read as the enforcer does", () => {
  fc.assert(
    fc.property(scopedEntries, namespace, asking, path, (entries, ofNamespace, who, at) => {
      const row = rowOf(entries, ofNamespace);
      const access = compileScoped(entries, now).forNamespace(ofNamespace).forSubjects(who);
      const isUnrestricted = mayRead(row, who, at) && !isRevokedBelow(row, who, at);
      expect(isUnrestricted).toBe(access.hasUnrestricted("thing", at, "READ"));
    }),
    { numRuns: 5_000 },
  );
});

test("whoever may read something is a reader, and whoever is not partial reads all or nothing", () => {
  fc.assert(
    fc.property(scopedEntries, namespace, asking, (entries, ofNamespace, who) => {
      const row = rowOf(entries, ofNamespace);
      const access = compileScoped(entries, now).forNamespace(ofNamespace).forSubjects(who);
      const isReader = names(row.readers, who);
      if (access.hasPartial("thing", [], "READ")) expect(isReader).toBe(true);
      if (!names(row.partial, who)) expect(access.hasUnrestricted("thing", [], "READ")).toBe(isReader);
    }),
    { numRuns: 5_000 },
  );
});

test("readers are told once, sources and their revisions in their order", () => {
  const policy = {
    entries: [
      entry(["s:1", "s:2"], { "thing:/": grant("READ"), "thing:/features": grant("READ", "WRITE") }),
      entry(["s:2"], { "thing:/attributes": revoke("READ"), "policy:/": grant("READ") }),
      entry(["s:3"], { "thing:/attributes/a~1b": { grant: ["READ"], revoke: ["READ"] } }),
    ],
    sources: [
      { id: "n:policy", revision: 3 },
      { id: "n:missing", revision: 0 },
    ],
  };

  expect(compileAccess(key(), policy, now).row).toEqual({
    policyId: "n:policy",
    namespace: "org",
    version: "n:policy@3,n:missing@0",
    sources: ["n:policy", "n:missing"],
    readers: ["s:1", "s:2"],
    partial: ["s:2", "s:3"],
    rules: {
      "/": { g: ["s:1", "s:2"] },
      "/features": { g: ["s:1", "s:2"] },
      "/attributes": { r: ["s:2"] },
      "/attributes/a~1b": { r: ["s:3"] },
    },
  });
});

test("a policy that would be multiplied out too far lets nobody find anything", () => {
  const subjects = Array.from({ length: 401 }, (_, i) => `s:${i}`);
  const resources = Object.fromEntries(
    Array.from({ length: 250 }, (_, i) => [`thing:/attributes/a${i}`, grant("READ")]),
  );

  const row = rowOf([entry(subjects, resources), entry(["s:owner"], { "thing:/": grant("READ") })]);

  expect(subjects.length * Object.keys(resources).length).toBeGreaterThan(MOST_MENTIONS);
  expect(row).toMatchObject({ readers: [], partial: [], rules: {} });
});

test("halves of surrogate pairs, which the database makes alike, are granted nothing", () => {
  const row = rowOf([
    entry(["s:\ud800"], { "thing:/": grant("READ") }),
    entry(["s:1"], { "thing:/attributes/\udc00": grant("READ") }),
    entry(["s:\udbff"], { "thing:/attributes": revoke("READ") }),
  ]);

  expect(row).toMatchObject({ readers: [], rules: { "/attributes": { r: ["s:\ufffd"] } } });
});
