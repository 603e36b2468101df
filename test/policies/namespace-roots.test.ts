import { expect, test } from "vitest";
import type { JsonObject } from "../../src/base/json/json.ts";
import { effectiveEntries, rootsFinder } from "../../src/policies/namespace-roots.ts";

const roots = rootsFinder([
  { pattern: "*", policies: ["ops:all"] },
  { pattern: "org.acme.*", policies: ["org.acme:below", "ops:shared"] },
  { pattern: "org.acme.lab.*", policies: ["org.acme:lab"] },
  { pattern: "org.acme.lab", policies: ["org.acme:exact", "ops:shared"] },
]);

test("the roots of a namespace are those of the patterns that match, the most specific first, each once", () => {
  expect(roots("org.acme.lab")).toEqual(["org.acme:exact", "ops:shared", "org.acme:below", "ops:all"]);
  expect(roots("org.acme.lab.x")).toEqual(["org.acme:lab", "org.acme:below", "ops:shared", "ops:all"]);
});

test("a pattern with .* matches what is below a namespace, not the namespace itself", () => {
  expect(roots("org.acme")).toEqual(["ops:all"]);
  expect(roots("org.acmes.x")).toEqual(["ops:all"]);
});

const reader: JsonObject = { subjects: { "pre:all": { type: "t" } }, resources: {}, importable: "implicit" };
const policies: Record<string, JsonObject> = {
  "ops:all": {
    policyId: "ops:all",
    imports: { "ops:base": {} },
    entries: {
      READER: { ...reader, namespaces: ["org.acme"], references: [{ entry: "BASE" }] },
      BASE: { ...reader, subjects: { "pre:base": { type: "t" } }, importable: "explicit" },
      SECRET: { ...reader, importable: "never" },
    },
  },
  "ops:base": { policyId: "ops:base", imports: {}, entries: { DEEP: reader } },
};
const lookUp = (id: string) => policies[id];
const policy: JsonObject = { policyId: "org.x:p", imports: {}, entries: { READER: reader } };
const everywhere = rootsFinder([{ pattern: "*", policies: ["ops:all", "ops:missing"] }]);

test("the implicit entries of a root count beside those of a policy, under labels of their own", () => {
  const entries = effectiveEntries(policy, lookUp, everywhere);

  expect(Object.keys(entries)).toEqual([
    "READER",
    "nsimported-ops:all-READER",
    "nsimported-ops:all-imported-ops:base-DEEP",
  ]);
  expect(entries.READER).toBe(reader);
  expect(entries["nsimported-ops:all-READER"]).toEqual({
    subjects: { "pre:base": { type: "t" }, "pre:all": { type: "t" } },
    resources: {},
    namespaces: ["org.acme"],
    importable: "implicit",
  });
});

test("a root does not count in itself", () => {
  const root = policies["ops:all"] as JsonObject;

  expect(Object.keys(effectiveEntries(root, lookUp, everywhere))).toEqual([
    "READER",
    "BASE",
    "SECRET",
    "imported-ops:base-DEEP",
  ]);
});

test("where a root cannot be resolved nobody may anything, since it might have revoked", () => {
  const many = (count: number, each: (i: number) => [string, JsonObject]): JsonObject =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => each(i)));
  const role = { ...reader, subjects: many(500, (i) => [`pre:${i}`, { type: "t" }]) };
  const entries = many(300, (i) => [`team${i}`, { ...reader, references: [{ entry: "role" }] }]);
  const vast = { policyId: "ops:all", imports: {}, entries: { role, ...entries } };

  expect(effectiveEntries(policy, () => vast, everywhere)).toEqual({});
});

test("entries of roots whose labels come out the same all count", () => {
  const colliding: Record<string, JsonObject> = {
    "ops:a": { policyId: "ops:a", imports: {}, entries: { "b-c": reader } },
    "ops:a-b": { policyId: "ops:a-b", imports: {}, entries: { c: reader } },
  };
  const both = rootsFinder([{ pattern: "*", policies: Object.keys(colliding) }]);

  expect(Object.keys(effectiveEntries(policy, (id) => colliding[id], both))).toHaveLength(3);
});
