// Filters that are made to take long, on a thing that is made for them.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { JsonValue } from "../../src/base/json/json.ts";
import type { Database } from "../../src/journal/database.ts";
import { openDatabase } from "../../src/journal/open.ts";
import { keysOf } from "../../src/search/keys.ts";
import type { SearchStore } from "../../src/search/store.ts";
import { storedIndex } from "../../src/search/stored/stored-index.ts";
import type { Caller } from "../../src/search/wanted.ts";
import { type Storage, storages } from "../journal/storages.ts";
import { statementOf } from "./sql/index.ts";

/** About as many characters as a thing may have. */
const LARGE = 90_000;
/** A filter of 60 kB, on the largest thing, on a machine that has other things to do. */
const PATIENCE_MS = 10_000;
const all: Caller = { subjects: ["test:all"], isPartial: false };
const some: Caller = { subjects: ["test:some"], isPartial: true };

const access = {
  policyId: "ns:policy",
  namespace: "ns",
  version: "1",
  sources: ["ns:policy"],
  readers: ["test:all", "test:some"],
  partial: ["test:some"],
  rules: {
    "/": { g: ["test:all"] },
    "/attributes": { g: ["test:some"] },
    "/attributes/secret": { r: ["test:some"] },
  },
};

const branches = (depth: number): JsonValue =>
  depth === 0 ? 1 : [{ a: branches(depth - 1) }, { a: branches(depth - 1) }];

const things: Readonly<Record<string, JsonValue>> = {
  text: "a".repeat(LARGE),
  lines: "\n".repeat(LARGE / 2) + "a".repeat(LARGE / 2),
  halves: `${"a".repeat(LARGE / 2)}\n${"a".repeat(LARGE / 2)}`,
  numbers: Array.from({ length: 16_000 }, (_, i) => i + 100_000),
  texts: Array.from({ length: LARGE / 10 }, () => "aaaaaaaa"),
  tree: branches(12),
  brackets: JSON.parse("[".repeat(150) + "]".repeat(150)),
};

const each = (count: number, part: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => part(i)).join(",");
const anyOf = (count: number, part: (i: number) => string): string => `or(${each(count, part)})`;

const filters: readonly (readonly [what: string, thing: string, filter: string])[] = [
  ["a pattern that almost matches everywhere", "text", `like(attributes/a,"*${"a".repeat(900)}b*")`],
  ["a pattern of many wildcards", "text", `like(attributes/a,"${"*a".repeat(500)}b")`],
  ["a pattern of both wildcards", "text", `ilike(attributes/a,"${"*?a".repeat(330)}b")`],
  [
    "patterns as long as they may be",
    "text",
    anyOf(4, (i) => `like(attributes/a,"*${"a".repeat(1_000)}b${i}*")`),
  ],
  ["many short patterns", "text", anyOf(150, (i) => `like(attributes/a,"*${"a".repeat(20)}b${i}*")`)],
  ["a pattern of many lines", "lines", `like(attributes/a,"${"*\n".repeat(500)}a")`],
  ["wildcards that end with their line", "halves", `like(attributes/a,"*a${"*?a".repeat(300)}*")`],
  ["characters that end with their line", "halves", `ilike(attributes/a,"a${"*a?".repeat(300)}b*a")`],
  ["wildcards on both sides of a line", "halves", `like(attributes/a,"a${"*a".repeat(400)}")`],
  ["many patterns of few lines", "lines", anyOf(100, (i) => `like(attributes/a,"*${i}\n*\n*\n*a")`)],
  ["many patterns on many texts", "texts", anyOf(100, (i) => `like(attributes/a,"*a*a*a*b${i}")`)],
  ["a list on a list", "numbers", `in(attributes/a,${each(10_000, String)})`],
  ["a list of nulls", "numbers", `in(attributes/a,${each(10_000, () => "null")})`],
  ["inequalities with a list", "numbers", `and(${each(200, (i) => `ne(attributes/a,${i + 100_000})`)})`],
  ["paths through branches", "tree", anyOf(200, (i) => `eq(attributes${"/a".repeat(12)},${i + 2})`)],
  ["paths through nothing but lists", "brackets", anyOf(200, (i) => `empty(attributes/a/a/b${i})`)],
  ["long paths", "tree", anyOf(200, (i) => `eq(attributes/k${i}${"/a".repeat(98)},1)`)],
  ["deep negation", "tree", `${"not(".repeat(99)}eq(attributes/a,1)${")".repeat(99)}`],
];

describe.each(storages)("the index on $name", ({ openStorage }) => {
  let storage: Storage;
  let database: Database;
  let store: SearchStore;

  beforeAll(async () => {
    storage = await openStorage();
    database = await openDatabase(storage.options);
    store = storedIndex(database);
    await store.putAccess([access]);
  });
  afterAll(async () => {
    await database.close();
    await storage[Symbol.asyncDispose]();
  });

  test.each(filters)("has soon done with %s", async (_what, name, filter) => {
    const id = `ns:${name}`;
    const document = { thingId: id, attributes: { a: things[name] as JsonValue } };
    const thing = JSON.stringify(document);
    await store.putThings([{ id, revision: 1, policyId: "ns:policy", thing, keys: keysOf(document) }], []);

    const start = performance.now();
    for (const caller of [all, some]) await store.run(statementOf(filter, caller), PATIENCE_MS);

    expect(performance.now() - start).toBeLessThan(PATIENCE_MS);
    await store.putThings([], [{ id, revision: 1 }]);
  });

  test("has soon done with an order by many long paths", async () => {
    const sort = Array.from({ length: 32 }, (_, i) => `+attributes/k${i}${"/a".repeat(90)}`);

    const rows = await store.run(statementOf(undefined, some, {}, { sort }), PATIENCE_MS);

    expect(rows).toEqual([]);
  });
});
