import { beforeEach, describe, expect, test } from "vitest";
import { type AccessRow, QueryCancelled } from "../../../src/search/store.ts";
import { versionOf } from "../../../src/search/stored/version.ts";
import { storages } from "../../journal/storages.ts";
import { append, indexed, recorded, type Stored, useStore } from "./stores.ts";

const access = (policyId: string, namespace: string, more: Partial<AccessRow> = {}): AccessRow => ({
  policyId,
  namespace,
  version: versionOf([{ id: policyId, revision: 1 }]),
  sources: [policyId],
  readers: ["a:b"],
  partial: [],
  rules: { "/": { g: ["a:b"] } },
  ...more,
});

const key = ({ policyId, namespace }: { policyId: string; namespace: string }) => ({ policyId, namespace });

describe.each(storages)("the search index on $name", ({ openStorage }) => {
  let stored: Stored;
  useStore(openStorage, (opened) => {
    stored = opened;
  });
  const all = (text: string) => stored.store.run({ text, parameters: [] }, 5_000);

  beforeEach(async () => {
    const { database } = stored;
    for (const table of ["search_thing", "search_access", "journal", "snapshot"])
      await database.query(`delete from ${table}`, []);
  });

  test("rows of things are what was put there", async () => {
    await stored.store.putThings([indexed("org.x:a", 3, { attributes: { n: 1 } }, "org.x:p")], []);
    const [row] = await all(
      "select id, namespace, policy_id, revision, thing->'attributes' as a from search_thing",
    );
    expect(row).toEqual({
      id: "org.x:a",
      namespace: "org.x",
      policy_id: "org.x:p",
      revision: 3,
      a: '{"n": 1}',
    });
  });

  test("a thing may be without a policy", async () => {
    await stored.store.putThings([{ ...indexed("n:a", 1), policyId: "" }], []);
    expect(await all("select policy_id from search_thing")).toEqual([{ policy_id: "" }]);
  });

  test("neither a row nor an end replaces what is newer, and an equal revision may be written again", async () => {
    const { store } = stored;
    await store.putThings([indexed("n:a", 5), indexed("n:b", 5)], []);
    await store.putThings([indexed("n:a", 4, { late: true })], [{ id: "n:b", revision: 4 }]);
    await store.putThings([indexed("n:b", 5, { again: true })], []);
    expect(await all("select thing::text as thing from search_thing order by id")).toEqual([
      { thing: '{"thingId": "n:a"}' },
      { thing: '{"again": true, "thingId": "n:b"}' },
    ]);
    await store.putThings([], [{ id: "n:a", revision: 6 }]);
    expect(await store.listThings("", 10)).toEqual(["n:b"]);
  });

  test("what jsonb cannot hold is replaced, and does not keep a thing out of the index", async () => {
    await stored.store.putThings([indexed("n:a", 1, { odd: "\0 \ud800 \u{1f600} \\u0000" })], []);
    const [row] = await all("select thing->>'odd' as odd from search_thing");
    expect(row?.odd).toBe("\ufffd \ufffd \u{1f600} \\u0000");
  });

  test("about one row in 64 looks at the clock", async () => {
    const ids = Array.from({ length: 6_400 }, (_, i) => indexed(`n:${i}`, 1));
    await stored.store.putThings(ids, []);
    const [row] = await all("select count(*)::int as looking from search_thing where not pulse");
    expect(row?.looking).toBeGreaterThan(50);
    expect(row?.looking).toBeLessThan(200);
  });

  test("things are listed in pages, of all namespaces or of one", async () => {
    const { store } = stored;
    await store.putThings(
      ["a:1", "a:2", "b:1", "b:2", "b:3"].map((id) => indexed(id, 1)),
      [],
    );
    expect(await store.listThings("a:1", 2)).toEqual(["a:2", "b:1"]);
    expect(await store.listThings("b:1", 9, "b")).toEqual(["b:2", "b:3"]);
    expect(await store.listThings("", 9, "c")).toEqual([]);
  });

  test("comparing finds what is missing, behind, ahead or left over, and nothing where all agree", async () => {
    const { store, journal } = stored;
    for (const id of ["n:ahead", "n:behind", "n:missing", "n:same", "n:zombie"])
      await append(journal, recorded("thing", id, 1), recorded("thing", id, 2));
    await append(journal, recorded("policy", "n:same", 1));
    await append(journal, recorded("thing", "n:zombie", 3, "deleted"));
    await append(journal, recorded("thing", "n:gone", 1), recorded("thing", "n:gone", 2, "deleted"));
    const known = { "n:ahead": 3, "n:behind": 1, "n:orphan": 7, "n:same": 2, "n:zombie": 2 };
    await store.putThings(
      Object.entries(known).map(([id, revision]) => indexed(id, revision)),
      [],
    );
    expect(await store.compareThings("", 100)).toEqual({
      next: undefined,
      differing: [
        { id: "n:ahead", recorded: 2, indexed: 3 },
        { id: "n:behind", recorded: 2, indexed: 1 },
        { id: "n:missing", recorded: 2, indexed: undefined },
        { id: "n:orphan", recorded: undefined, indexed: 7 },
        { id: "n:zombie", recorded: undefined, indexed: 2 },
      ],
    });
  });

  test("comparing goes on page by page, also over pages in which nothing differs", async () => {
    const { store, journal } = stored;
    for (let i = 0; i < 7; i++) await append(journal, recorded("thing", `n:${i}`, 1));
    await store.putThings(
      [0, 1, 2, 3, 4, 5].map((i) => indexed(`n:${i}`, 1)),
      [],
    );
    expect(await store.compareThings("", 3)).toEqual({ differing: [], next: "n:2" });
    expect(await store.compareThings("n:2", 3)).toEqual({ differing: [], next: "n:5" });
    expect(await store.compareThings("n:5", 3)).toEqual({
      differing: [{ id: "n:6", recorded: 1, indexed: undefined }],
      next: undefined,
    });
  });

  test("rows of access are found by key and by source, and deleted by key", async () => {
    const { store } = stored;
    const rows = [access("n:p", "n"), access("n:p", "m", { sources: ["n:p", "n:root"] }), access("n:q", "n")];
    await store.putAccess(rows);
    await store.putAccess([access("n:q", "n", { sources: ["n:q", "n:root"], readers: ["\0:x"] })]);
    expect(await store.knownAccess([key(rows[0]!), { policyId: "n:none", namespace: "n" }])).toEqual([
      { policyId: "n:p", namespace: "n" },
    ]);
    expect(await store.accessFrom("n:root", undefined, 1)).toEqual([{ policyId: "n:p", namespace: "m" }]);
    expect(await store.accessFrom("n:root", { policyId: "n:p", namespace: "m" }, 9)).toEqual([key(rows[2]!)]);
    await store.deleteAccess([key(rows[1]!)]);
    expect(await store.accessFrom("n:p", undefined, 9)).toEqual([key(rows[0]!)]);
  });

  test("rules come out of the index as they were put there", async () => {
    const rules = { "/": { g: ["a:b"] }, "/attributes/x": { r: ['"quoted", {odd}'] } };
    await stored.store.putAccess([access("n:p", "n", { rules, readers: ['"quoted", {odd}'] })]);
    const [row] = await all("select rules, readers[1] as reader from search_access");
    expect(JSON.parse(String(row?.rules))).toEqual(rules);
    expect(row?.reader).toBe('"quoted", {odd}');
  });

  test("access is stale when a source has another revision, is gone or new, or has no row; unused without things", async () => {
    const { store, journal } = stored;
    for (const id of ["n:fresh", "n:changed", "n:deleted", "n:unused"])
      await append(journal, recorded("policy", id, 1));
    await append(journal, recorded("policy", "n:changed", 2), recorded("policy", "n:deleted", 2, "deleted"));
    const absent = { id: "n:root", revision: 0 };
    const fresh = versionOf([{ id: "n:fresh", revision: 1 }, absent]);
    await store.putAccess([
      access("n:fresh", "n", { sources: ["n:fresh", "n:root"], version: fresh }),
      access("n:changed", "n"),
      access("n:deleted", "n"),
      access("n:unused", "n"),
    ]);
    const used = ["n:fresh", "n:changed", "n:deleted", "n:missing"];
    await store.putThings(
      used.map((policy, i) => indexed(`n:${i}`, 1, {}, policy)),
      [],
    );
    expect(await store.compareAccess(undefined, 100)).toEqual({
      stale: ["n:changed", "n:deleted", "n:missing"].map((policyId) => ({ policyId, namespace: "n" })),
      unused: [{ policyId: "n:unused", namespace: "n" }],
      next: undefined,
    });
    await append(journal, recorded("policy", "n:root", 1));
    const { stale } = await store.compareAccess({ policyId: "n:deleted", namespace: "n" }, 100);
    expect(stale).toContainEqual({ policyId: "n:fresh", namespace: "n" });
  });

  test("of a deleted policy the revision of its end counts", async () => {
    const { store, journal } = stored;
    await append(journal, recorded("policy", "n:p", 1), recorded("policy", "n:p", 2, "deleted"));
    await store.putThings([indexed("n:a", 1, {}, "n:p")], []);
    await store.putAccess([access("n:p", "n", { version: versionOf([{ id: "n:p", revision: 2 }]) })]);
    expect(await store.compareAccess(undefined, 10)).toEqual({ stale: [], unused: [], next: undefined });
  });

  test("access is compared page by page, each policy and namespace once however many things use it", async () => {
    const { store } = stored;
    const things = ["a", "b", "c"].flatMap((n) => [1, 2, 3].map((i) => indexed(`${n}:${i}`, 1, {}, "n:p")));
    await store.putThings(things, []);
    const first = await store.compareAccess(undefined, 2);
    expect(first.stale.map((one) => one.namespace)).toEqual(["a", "b"]);
    expect(first.next).toEqual({ policyId: "n:p", namespace: "b" });
    const second = await store.compareAccess(first.next, 2);
    expect(second).toEqual({ stale: [{ policyId: "n:p", namespace: "c" }], unused: [], next: undefined });
  });

  describe("what partial readers are told", () => {
    const rules = {
      "/": { g: ["a:b", 'e"\\{}'] },
      "/attributes": { g: ["c:d"] },
      "/attributes/x~1y": { g: ["a:b"], r: ["c:d"] },
      "/features": { g: ["x:y"] },
    };
    const row = (policyId: string, more: object = {}) =>
      access(policyId, "n", { readers: ["a:b", "c:d"], partial: ["c:d"], rules, ...more });

    test("is what the rows say of them, once, and nothing to those who read whole what they read", async () => {
      const { store } = stored;
      await store.putAccess([row("n:p"), row("n:q"), row("n:r", { readers: ["a:b"] })]);
      const own = { "/attributes": true, "/attributes/x~1y": false };
      expect(await store.partialRules(["c:d"])).toEqual([own]);
      expect(await store.partialRules(["c:d", "a:b", "x:z"])).toEqual([{ "/": true, ...own }]);
      expect(await store.partialRules(["a:b"])).toEqual([]);
      expect(await store.partialRules([])).toEqual([]);
      await store.putAccess([row("n:s", { rules: { "/": { g: ["c:d"], r: ["z:z"] } } })]);
      const both = await store.partialRules(["c:d"]);
      expect(both).toHaveLength(2);
      expect(both).toContainEqual({ "/": true });
    });

    test("is nothing to those from whom something is revoked where they read nothing", async () => {
      const { store } = stored;
      await store.putAccess([row("n:p", { readers: ["a:b"] })]);
      expect(await store.partialRules(["c:d"])).toEqual([]);
    });

    test("is unknown where there are too many rows, or too much in them", async () => {
      const { store } = stored;
      const many = Array.from({ length: 1_000 }, (_, i) => row(`n:p${i}`));
      await store.putAccess(many);
      expect(await store.partialRules(["c:d"])).toHaveLength(1);
      await store.putAccess([row("n:one-more")]);
      expect(await store.partialRules(["c:d"])).toBeUndefined();
      await store.deleteAccess([...many, row("n:one-more")]);
      const wide = Array.from({ length: 40_000 }, (_, i) => [`/attributes/a${i}`, { g: ["c:d"] }]);
      await store.putAccess([row("n:wide", { rules: Object.fromEntries(wide) })]);
      expect(await store.partialRules(["c:d"])).toBeUndefined();
      expect(await store.partialRules(["a:b"])).toEqual([]);
    });
  });

  test("what is kept under a name is made once", async () => {
    const { store } = stored;
    const made = await Promise.all([store.state("key", () => "first"), store.state("key", () => "second")]);
    expect(new Set(made).size).toBe(1);
    await store.setState("key", "third");
    expect(await store.state("key", () => "fourth")).toBe("third");
  });

  test("statements watch the time where they cannot be cancelled", async () => {
    const { store } = stored;
    await store.putThings(
      Array.from({ length: 500 }, (_, i) => indexed(`n:${i}`, 1)),
      [],
    );
    const late = {
      text: "select id from search_thing t where (t.pulse or search_in_time(t.revision, $1))",
      parameters: [Date.now() - 1],
    };
    await expect(store.run(late, 60_000)).rejects.toThrow(QueryCancelled);
  });

  test("statistics can be made of the tables", async () => {
    await expect(stored.store.analyze()).resolves.toBeUndefined();
  });
});
