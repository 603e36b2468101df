// An index that several servers write into: what is older never takes the place of what is newer, whoever writes when.

import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import type { AccessRow, SearchStore } from "../../../src/search/store.ts";
import { mayReplace } from "../../../src/search/stored/shared-writes.ts";
import { storedIndex } from "../../../src/search/stored/stored-index.ts";
import { revisionsIn, versionOf } from "../../../src/search/stored/version.ts";
import { external } from "../../journal/storages.ts";
import { append, indexed, recorded, type Stored, useStore } from "./stores.ts";

const made = (sources: Readonly<Record<string, number>>, until?: number) => {
  const list = Object.entries(sources).map(([id, revision]) => ({ id, revision }));
  return { version: versionOf(list, until), sources: list.map(({ id }) => id) };
};

test("a version tells its revisions, whatever characters the IDs have", () => {
  const { version, sources } = made({ "n:a,n:b@3": 4, "n:b": 0, "1:c": -1 }, 1_700_000_000_000);
  expect([...revisionsIn(version, sources)]).toEqual([
    ["n:a,n:b@3", 4],
    ["n:b", 0],
    ["1:c", -1],
  ]);
  expect(revisionsIn(version, ["n:other"]).size).toBe(0);
});

describe("a row of access", () => {
  const there = made({ "n:p": 3, "n:q": 5 });

  test("takes the place of one that is not newer in anything", () => {
    expect(mayReplace(made({ "n:p": 4, "n:q": 5 }), there, "elsewhere")).toBe(true);
    expect(mayReplace(made({ "n:p": 3, "n:q": 5 }, 1_000), there, "elsewhere")).toBe(true);
    expect(mayReplace(made({ "n:p": 4 }), there, "elsewhere")).toBe(true);
    expect(mayReplace(made({ "n:p": 4 }), undefined, "elsewhere")).toBe(true);
  });

  test("does not where it is older in something, unless the journal says the same", () => {
    const mixed = made({ "n:p": 4, "n:q": 4 });
    expect(mayReplace(mixed, there, "n:p@4,n:q@5")).toBe(false);
    expect(mayReplace(mixed, there, "n:p@4,n:q@4")).toBe(true);
  });

  test("of a policy that cannot be resolved lets nobody find anything", () => {
    expect(mayReplace(made({ "n:p": -1 }), there, "n:p@3")).toBe(true);
    expect(mayReplace(there, made({ "n:p": -1 }), "elsewhere")).toBe(true);
  });
});

describe("on a shared index", () => {
  let stored: Stored;
  let store: SearchStore;
  let ns = "";
  useStore(external, (given) => {
    stored = given;
    store = storedIndex(given.database, undefined, true);
  });
  beforeEach(() => {
    ns = `n${randomUUID().slice(0, 8)}`;
  });

  const row = (id: string, sources: Readonly<Record<string, number>>): AccessRow => ({
    policyId: id,
    namespace: ns,
    ...made(sources),
    readers: [`of ${JSON.stringify(sources)}`],
    partial: [],
    rules: {},
  });
  const versionIn = async (policyId: string) => {
    const [found] = await stored.database.query("select version from search_access where policy_id = $1", [
      policyId,
    ]);
    return found?.version;
  };
  const key = (policyId: string) => ({ policyId, namespace: ns });
  const lives = (id: string, ...actions: readonly string[]) =>
    append(stored.journal, ...actions.map((action, i) => recorded("thing", id, i + 1, action)));
  const isIndexed = async (id: string) =>
    (await stored.database.query("select from search_thing where id = $1", [id])).length > 0;

  test("rows of access that others are ahead of are told, and not written", async () => {
    const [p, q] = [`${ns}:p`, `${ns}:q`];
    await append(
      stored.journal,
      recorded("policy", p, 1),
      recorded("policy", q, 1),
      recorded("policy", q, 2),
    );
    expect(await store.putAccess([row(p, { [p]: 1, [q]: 2 })])).toEqual([]);

    const behind = await store.putAccess([row(p, { [p]: 1, [q]: 1 }), row(q, { [q]: 2 })]);

    expect(behind).toEqual([expect.objectContaining(key(p))]);
    expect(await versionIn(p)).toBe(`${p}@1,${q}@2`);
    expect(await versionIn(q)).toBe(`${q}@2`);
  });

  test("one of two that are judged at once is written, and the other told", async () => {
    const p = `${ns}:p`;
    await append(stored.journal, recorded("policy", p, 1), recorded("policy", p, 2));
    await store.putAccess([row(p, { [p]: 1 })]);

    const outcomes = await Promise.all([1, 2, 2, 1, 2].map((n) => store.putAccess([row(p, { [p]: n })])));

    expect(outcomes.flat().length).toBeLessThan(5);
    await store.putAccess([row(p, { [p]: 2 })]);
    expect(await store.putAccess([row(p, { [p]: 1 })])).toHaveLength(1);
    expect(await versionIn(p)).toBe(`${p}@2`);
  });

  test("a row that is the first to be made of a policy is told to be out of date where that changed meanwhile", async () => {
    const [p, q] = [`${ns}:p`, `${ns}:q`];
    await append(
      stored.journal,
      recorded("policy", p, 1),
      recorded("policy", q, 1),
      recorded("policy", q, 2),
    );

    expect(await store.putAccess([row(p, { [p]: 1, [q]: 1 })])).toHaveLength(1);

    expect(await store.putAccess([row(p, { [p]: 1, [q]: 2 })])).toEqual([]);
    expect(await versionIn(p)).toBe(`${p}@1,${q}@2`);
  });

  test("what was read before the end of a thing does not bring it back", async () => {
    const id = `${ns}:ended`;
    await lives(id, "created", "modified", "deleted");
    await store.putThings([], [{ id, revision: 3 }]);

    await store.putThings([indexed(id, 2, {}, `${ns}:p`)], []);
    expect(await isIndexed(id)).toBe(false);

    await append(stored.journal, recorded("thing", id, 4, "created"));
    await store.putThings([indexed(id, 4, {}, `${ns}:p`)], []);
    expect(await isIndexed(id)).toBe(true);
  });

  test("a living thing stays for whoever read that there was none, and goes where it cannot be written", async () => {
    const id = `${ns}:born`;
    await lives(id, "created");
    await store.putThings([indexed(id, 1, {}, `${ns}:p`)], []);

    await store.putThings([], [{ id, revision: Number.MAX_SAFE_INTEGER }]);
    await store.putThings([], [{ id, revision: 0 }]);
    expect(await isIndexed(id)).toBe(true);

    await store.putThings([], [{ id, revision: 1 }]);
    expect(await isIndexed(id)).toBe(false);
  });

  test("things tell which rows of access they miss, and rows that they need are not deleted", async () => {
    const [id, p, unused] = [`${ns}:a`, `${ns}:p`, `${ns}:unused`];
    await lives(id, "created");
    expect(await store.putThings([indexed(id, 1, {}, p)], [])).toEqual([key(p)]);
    await store.putAccess([row(p, { [p]: 0 }), row(unused, { [unused]: 0 })]);
    expect(await store.putThings([indexed(id, 1, {}, p)], [])).toEqual([]);

    await store.deleteAccess([key(p), key(unused)]);

    expect(await versionIn(p)).toBe(`${p}@0`);
    expect(await versionIn(unused)).toBeUndefined();
  });

  test("rows of access stay while things are being written that may need them", async () => {
    const unused = `${ns}:unused`;
    await store.putAccess([row(unused, { [unused]: 0 })]);

    await stored.database.transaction(async (query) => {
      await query("select pg_advisory_xact_lock_shared(7655291)", []);
      await store.deleteAccess([key(unused)]);
    });
    expect(await versionIn(unused)).toBe(`${unused}@0`);

    await store.deleteAccess([key(unused)]);
    expect(await versionIn(unused)).toBeUndefined();
  });

  test("moments are kept by the clock of the database, and texts replaced where they are as they were", async () => {
    await store.setMoment(ns, 5_000);
    const ago = (await store.momentAgo(ns)) as number;
    expect(ago).toBeGreaterThanOrEqual(5_000);
    expect(ago).toBeLessThan(10_000);
    await store.dropState(ns);
    expect(await store.momentAgo(ns)).toBeUndefined();

    await store.setState(ns, "a");
    expect(await store.replaceState(ns, "b", "c")).toBe(false);
    expect(await store.replaceState(ns, "a", "c")).toBe(true);
    expect(await store.state(ns, () => "")).toBe("c");
  });
});
