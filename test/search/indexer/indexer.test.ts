// The index follows the journal: on both storages, behind the real dispatcher.

import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { rawNumber } from "../../../src/base/json/json.ts";
import type { Database } from "../../../src/journal/database.ts";
import { type Journal, JournalUnavailable } from "../../../src/journal/journal.ts";
import { openStorage as open } from "../../../src/journal/open.ts";
import { type Storage, storages } from "../../journal/storages.ts";
import { accessOf, emptyIndex, type IndexedWorld, indexed, indexedWorld, policyOf } from "./world.ts";

describe.each(storages)("on $name", ({ openStorage }) => {
  let storage: Storage;
  let journal: Journal;
  let database: Database;
  let world: IndexedWorld | undefined;
  let count = 0;

  beforeAll(async () => {
    storage = await openStorage();
    ({ journal, database } = await open(storage.options));
  });
  afterEach(async () => {
    await world?.indexer.stop();
    world = undefined;
  });
  afterAll(async () => {
    await journal?.close();
    await storage?.[Symbol.asyncDispose]();
  });

  const start = (
    ...options: Parameters<typeof indexedWorld> extends [unknown, unknown, ...infer R] ? R : never
  ) => {
    world = indexedWorld(journal, database, ...options);
    return world;
  };
  const freshId = (name: string) => `org.acme:${name}-${++count}`;

  test("a thing is in the index with its special fields and every digit, and who may read it", async () => {
    const { putThing, putPolicy, ask, indexer } = start();
    const policyId = freshId("policy");
    const id = freshId("thing");
    await putPolicy(policyId, policyOf({ "nginx:guest": ["/attributes"] }));
    await putThing(id, { policyId, attributes: { big: rawNumber("9223372036854775807"), text: "a\u0000b" } });
    await ask("modify", "/attributes/n", 1, { id, headers: { "put-metadata": [{ key: "/x", value: 1 }] } });
    await indexer.settled();

    const row = await indexed(database, id);
    expect(row).toMatchObject({ revision: 2, policyId });
    expect(row?.thing).toMatchObject({
      thingId: id,
      policyId,
      attributes: { text: "a\ufffdb", n: 1 },
      _revision: 2,
      _created: expect.stringMatching(/^\d{4}-.*Z$/),
      _modified: expect.stringMatching(/^\d{4}-.*Z$/),
      _metadata: { attributes: { n: { x: 1 } } },
    });
    const [exact] = await database.query(
      "select thing #>> '{attributes,big}' as big from search_thing where id = $1",
      [id],
    );
    expect(exact?.big).toBe("9223372036854775807");
    expect(await accessOf(database, policyId)).toEqual({
      version: `${policyId}@1`,
      sources: [policyId],
      readers: ["nginx:ditto", "nginx:guest"],
      partial: ["nginx:guest"],
      rules: { "/": { g: ["nginx:ditto"] }, "/attributes": { g: ["nginx:guest"] } },
    });
  });

  test("many changes of one thing become one row of its newest state", async () => {
    const { putThing, ask, indexer, writes } = start({ settings: { writeIntervalMs: 100 } });
    const id = freshId("busy");
    await putThing(id, { attributes: { n: 0 } });
    await indexer.settled();
    const before = writes.length;

    await Promise.all(Array.from({ length: 50 }, (_, n) => ask("modify", "/attributes/n", n, { id })));
    await indexer.settled();

    expect(writes.length - before).toBeLessThanOrEqual(2);
    expect((await indexed(database, id))?.thing).toMatchObject({ attributes: { n: 49 }, _revision: 51 });
  });

  test("whoever asks is told once when a revision is in the index, and nothing rests meanwhile", async () => {
    const { putThing, indexer } = start({ settings: { writeIntervalMs: 60_000 } });
    const id = freshId("asked");
    await putThing(id, { attributes: { n: 0 } });
    await indexer.settled();
    await putThing(id, { attributes: { n: 1 } });

    const told: unknown[] = [];
    await new Promise<void>((resolve) =>
      indexer.thingChanged(id, 2, (error) => {
        told.push(error);
        resolve();
      }),
    );

    expect((await indexed(database, id))?.revision).toBe(2);
    await indexer.settled();
    expect(told).toEqual([undefined]);
  });

  test("who asks while an older state is being rewritten is told when theirs is in the index", async () => {
    const slow = start();
    const { putThing, indexer } = slow;
    await indexer.check();
    const id = freshId("overtaken");
    await putThing(id, { attributes: { n: 1 } });
    await indexer.settled();
    const gate = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    slow.beforeWrite = () => {
      reached.resolve();
      return gate.promise;
    };
    const rebuilding = indexer.rebuild({ id });
    await reached.promise;
    await putThing(id, { attributes: { n: 2 } });
    const told = new Promise<unknown>((resolve) => indexer.thingChanged(id, 2, resolve));
    gate.resolve();

    expect(await told).toBeUndefined();
    expect((await indexed(database, id))?.revision).toBe(2);
    await rebuilding;
  });

  test("a thing that is deleted is gone, and found again when it is created anew", async () => {
    const { putThing, deleteThing, indexer } = start();
    const id = freshId("mortal");
    await putThing(id, { attributes: { life: 1 } });
    await indexer.settled();
    await deleteThing(id);
    await indexer.settled();
    expect(await indexed(database, id)).toBeUndefined();

    await putThing(id, { policyId: id, attributes: { life: 2 } });
    await indexer.settled();

    expect((await indexed(database, id))?.thing).toMatchObject({ attributes: { life: 2 }, _revision: 3 });
  });

  test("a changed policy changes who may read its things and those of importers", async () => {
    const { putThing, putPolicy, indexer } = start();
    const base = freshId("base");
    const importing = freshId("importing");
    await putPolicy(base, policyOf({ "nginx:a": ["/"] }));
    await putPolicy(importing, policyOf({}, { imports: { [base]: {} } }));
    await putThing(freshId("one"), { policyId: base });
    await putThing(freshId("two"), { policyId: importing });
    await indexer.settled();
    expect((await accessOf(database, importing))?.readers).toContain("nginx:a");

    await putPolicy(base, policyOf({ "nginx:b": ["/", "!/attributes/secret"] }));
    await indexer.accessSettled();

    for (const id of [base, importing]) {
      const row = await accessOf(database, id);
      expect(row?.readers).toEqual(["nginx:ditto", "nginx:b"]);
      expect(row?.partial).toEqual(["nginx:b"]);
      expect(row?.rules).toMatchObject({ "/attributes/secret": { r: ["nginx:b"] } });
    }
    expect((await accessOf(database, importing))?.version).toBe(`${importing}@1,${base}@2`);
  });

  test("more importers than fit into a page all follow", async () => {
    const { putThing, putPolicy, indexer } = start();
    const base = freshId("shared");
    await putPolicy(base, policyOf({ "nginx:a": ["/"] }));
    await putThing(freshId("own"), { policyId: base });
    const importers = Array.from({ length: 130 }, () => freshId("importer"));
    await Promise.all(importers.map((id) => putPolicy(id, policyOf({}, { imports: { [base]: {} } }))));
    await Promise.all(importers.map((policyId) => putThing(freshId("of-importer"), { policyId })));
    await indexer.settled();

    await putPolicy(base, policyOf({ "nginx:b": ["/"] }));
    await indexer.accessSettled();

    const [rows] = await database.query(
      "select count(*)::int as n from search_access where sources @> array[$1::text] and version like $2",
      [base, `%${base}@2`],
    );
    expect(rows?.n).toBe(131);
  });

  test("without its policy nobody finds a thing, and with a new one of the id they do", async () => {
    const { putThing, putPolicy, ask, indexer } = start();
    const policyId = freshId("vanishing");
    await putPolicy(policyId, policyOf());
    await putThing(freshId("orphan"), { policyId });
    await indexer.settled();

    await ask("delete", "/", undefined, { kind: "policy", id: policyId });
    await indexer.accessSettled();
    expect((await accessOf(database, policyId))?.readers).toEqual([]);

    await putPolicy(policyId, policyOf());
    await indexer.accessSettled();
    expect((await accessOf(database, policyId))?.readers).toEqual(["nginx:ditto"]);
    expect(await indexer.check()).toMatchObject({ things: 0, access: 0 });
  });

  test("rows that were lost, left behind, made up or ahead of time are repaired by a check", async () => {
    const { putThing, deleteThing, indexer } = start();
    const [lost, behind, ahead, stray] = ["lost", "behind", "ahead", "stray"].map(freshId) as [
      string,
      string,
      string,
      string,
    ];
    for (const id of [lost, behind, ahead, stray]) await putThing(id, { attributes: { n: 1 } });
    await putThing(behind, { attributes: { n: 2 } });
    await deleteThing(stray);
    await indexer.settled();
    await indexer.check();
    await database.query("delete from search_thing where id = $1", [lost]);
    await database.query("update search_thing set revision = 1, thing = '{}' where id = $1", [behind]);
    await database.query("update search_thing set revision = 99 where id = $1", [ahead]);
    await database.query(
      `insert into search_thing (id, namespace, policy_id, revision, thing, keys, pulse)
       values ($1, 'org.acme', $1, 1, '{}', '{}', true)`,
      [stray],
    );
    await database.query("update search_access set version = 'x', readers = '{}' where policy_id = $1", [
      lost,
    ]);
    await database.query("delete from search_access where policy_id = $1", [behind]);

    const report = await indexer.check();

    expect(report).toMatchObject({ things: 4 });
    expect(report.access).toBeGreaterThanOrEqual(2);
    expect((await indexed(database, lost))?.revision).toBe(1);
    expect((await indexed(database, behind))?.thing).toMatchObject({ attributes: { n: 2 } });
    expect((await indexed(database, ahead))?.revision).toBe(1);
    expect(await indexed(database, stray)).toBeUndefined();
    expect((await accessOf(database, lost))?.readers).toEqual(["nginx:ditto"]);
    expect((await accessOf(database, behind))?.readers).toEqual(["nginx:ditto"]);
    // What was needed by the made-up row only is left to the next.
    expect(await indexer.check()).toMatchObject({ things: 0, access: 0 });
    expect(await indexer.check()).toMatchObject({ things: 0, access: 0, unused: 0 });
  });

  test("a start after a clean stop trusts the index, one after a crash compares it first", async () => {
    const id = freshId("crashed");
    const first = start();
    await first.putThing(id, { attributes: { n: 1 } });
    await first.indexer.check();
    await first.indexer.stop();
    const second = start();
    await second.indexer.accessSettled();
    await second.indexer.settled();
    expect(second.indexer.stats().lastCheck).toBeUndefined();
    // It ends without a stop, and without having been told of the last commit.
    Object.assign(second.parts, { index: undefined });
    await second.putThing(id, { attributes: { n: 2 } });

    const third = start();
    await expect.poll(() => third.indexer.stats().lastCheck?.things).toBe(1);

    expect((await indexed(database, id))?.thing).toMatchObject({ attributes: { n: 2 } });
    await second.indexer.stop();
  });

  test("a change of the fields that are indexed builds the index anew", async () => {
    const id = freshId("limited");
    const first = start();
    await first.putThing(id, { attributes: { a: 1, b: 2 }, features: { f: { properties: { p: 1 } } } });
    await first.indexer.check();
    await first.indexer.stop();

    const second = start({
      settings: { indexedFields: [{ pattern: "org.*", fields: [["attributes", "a"]] }] },
    });
    await expect
      .poll(async () => (await indexed(database, id))?.thing)
      .toEqual({
        thingId: id,
        policyId: id,
        attributes: { a: 1 },
        _revision: 1,
        _created: expect.any(String),
        _modified: expect.any(String),
      });
    await second.indexer.check();
  });

  test("what comes when too much waits already is found by the check that follows", async () => {
    const { putThing, indexer, logged } = start({ settings: { maxWaiting: 5, writeIntervalMs: 50 } });
    await indexer.check();
    const ids = Array.from({ length: 40 }, () => freshId("flood"));
    await Promise.all(ids.map((id) => putThing(id, { attributes: {} })));
    await indexer.settled();

    for (const id of ids) expect((await indexed(database, id))?.revision).toBe(1);
    expect(logged.map(({ message }) => message)).toContain(
      "more changes than the search index can remember: it will be compared with the journal",
    );
  });

  test("an outage loses nothing: who waits is told, the log twice, and all is written in the end", async () => {
    const outage = start();
    const { putThing, indexer, logged } = outage;
    await indexer.check();
    const id = freshId("patient");
    outage.beforeWrite = () => {
      throw new JournalUnavailable("the database is away");
    };
    await putThing(id, { attributes: { n: 1 } });
    const told = await new Promise<unknown>((resolve) => indexer.thingChanged(id, 1, resolve));
    expect(told).toMatchObject({ status: 503 });
    await putThing(id, { attributes: { n: 2 } });
    expect(indexer.stats()).toMatchObject({ isAway: true });
    expect(indexer.stats().lagMs).toBeGreaterThanOrEqual(0);

    outage.beforeWrite = () => undefined;
    await indexer.settled();

    expect((await indexed(database, id))?.thing).toMatchObject({ attributes: { n: 2 } });
    expect(logged.map(({ message }) => message).filter((message) => /written/.test(message))).toEqual([
      "the search index cannot be written; what changes waits",
      "the search index is written again",
    ]);
  });

  test("a thing that the database cannot hold goes, and holds no other up", async () => {
    const poisoned = start({ settings: { writeIntervalMs: 50 } });
    const { putThing, indexer, logged, store } = poisoned;
    await indexer.check();
    const [bad, good] = [freshId("bad"), freshId("good")];
    await putThing(bad, { attributes: {} });
    await indexer.settled();
    const put = store.putThings;
    poisoned.store.putThings = (rows, gone) =>
      put(
        rows.map((row) => (row.id === bad ? { ...row, thing: '{"n":1e999999}' } : row)),
        gone,
      );
    const told = new Promise<unknown>((resolve) => {
      void putThing(bad, { attributes: { n: 2 } }).then(() => indexer.thingChanged(bad, 2, resolve));
    });
    await putThing(good, { attributes: {} });

    expect(await told).toMatchObject({ status: 503 });
    await indexer.settled();
    expect(await indexed(database, bad)).toBeUndefined();
    expect((await indexed(database, good))?.revision).toBe(1);
    expect(logged.filter(({ level }) => level === "error")).toMatchObject([{ fact: { thingId: bad } }]);
  });

  test("from the moment a subject expires it finds nothing, though its policy still names it", async () => {
    const expiry = new Date(Date.now() + 400).toISOString();
    const policyId = freshId("expiring");
    const guest = { subjects: { "nginx:guest": { type: "t", expiry } }, importable: "implicit" };
    const resources = { "thing:/": { grant: ["READ"], revoke: [] } };
    const { putThing, indexer } = start({
      sources: {
        entriesOf: async () => ({
          entries: [{ ...guest, resources }],
          sources: [{ id: policyId, revision: 1 }],
        }),
      },
    });
    await putThing(policyId, {});
    await indexer.settled();
    expect((await accessOf(database, policyId))?.readers).toEqual(["nginx:guest"]);

    await expect.poll(async () => (await accessOf(database, policyId))?.readers).toEqual([]);
  });

  test("a stop during an outage is short, and the next start compares", async () => {
    const cut = start({ settings: { drainMs: 300 } });
    await cut.indexer.check();
    const id = freshId("cut");
    cut.beforeWrite = () => {
      throw new JournalUnavailable("the database is away");
    };
    await cut.putThing(id, {});
    await expect.poll(() => cut.indexer.stats().isAway).toBe(true);
    const told = new Promise<unknown>((resolve) => cut.indexer.thingChanged(id, 1, resolve));
    const started = performance.now();
    await cut.indexer.stop();
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(await told).toMatchObject({ status: 503 });

    const next = start();
    await expect.poll(async () => (await indexed(database, id))?.revision).toBe(1);
    await next.indexer.check();
  });

  test("all things can be written anew while they change", async () => {
    const { putThing, indexer, ask } = start();
    const ids = Array.from({ length: 30 }, () => freshId("rebuilt"));
    await Promise.all(ids.map((id) => putThing(id, { attributes: { n: 0 } })));
    await indexer.settled();
    await emptyIndex(database);
    await database.query(
      `insert into search_thing (id, namespace, policy_id, revision, thing, keys, pulse)
       values ('org.acme:made-up', 'org.acme', '', 1, '{}', '{}', true)`,
      [],
    );

    const rebuilding = indexer.rebuild("all");
    await Promise.all(ids.map((id) => ask("modify", "/attributes/n", 1, { id })));
    const { things } = await rebuilding;
    await indexer.settled();

    expect(things).toBeGreaterThanOrEqual(30);
    for (const id of ids) {
      expect((await indexed(database, id))?.thing).toMatchObject({ attributes: { n: 1 }, _revision: 2 });
      expect((await accessOf(database, id))?.readers).toEqual(["nginx:ditto"]);
    }
    expect(await indexed(database, "org.acme:made-up")).toBeUndefined();
  });

  test("one thing, or those of a namespace, can be written anew with who may read them", async () => {
    const { putThing, indexer } = start();
    const one = freshId("alone");
    const other = `org.other:thing-${++count}`;
    await putThing(one, { attributes: {} });
    await putThing(other, { attributes: {} });
    await indexer.settled();
    for (const id of [one, other]) {
      await database.query("update search_thing set thing = '{}' where id = $1", [id]);
      await database.query("update search_access set readers = '{}' where policy_id = $1", [id]);
    }

    expect(await indexer.rebuild({ namespace: "org.other" })).toEqual({ things: 1 });
    expect((await indexed(database, other))?.thing).toMatchObject({ thingId: other });
    expect((await accessOf(database, other, "org.other"))?.readers).toEqual(["nginx:ditto"]);
    expect((await indexed(database, one))?.thing).toEqual({});

    expect(await indexer.rebuild({ id: one })).toEqual({ things: 1 });
    expect((await indexed(database, one))?.thing).toMatchObject({ thingId: one });
    expect((await accessOf(database, one))?.readers).toEqual(["nginx:ditto"]);
  });

  test("rows of access that no thing needs any more are removed by a check", async () => {
    const { putThing, putPolicy, indexer } = start();
    const [before, after] = [freshId("left"), freshId("taken")];
    await putPolicy(before, policyOf());
    await putPolicy(after, policyOf());
    const id = freshId("moving");
    await putThing(id, { policyId: before });
    await indexer.settled();
    await putThing(id, { policyId: after });
    await indexer.settled();

    await indexer.check();

    expect(await accessOf(database, before)).toBeUndefined();
    expect(await accessOf(database, after)).toBeDefined();
  });
});
