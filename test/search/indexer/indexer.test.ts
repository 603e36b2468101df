// The index follows the journal: on both storages, behind the real dispatcher.

import { describe, expect, test } from "vitest";
import { rawNumber } from "../../../src/base/json/json.ts";
import { JournalUnavailable } from "../../../src/journal/journal.ts";
import { storages } from "../../journal/storages.ts";
import { onStorage } from "./on-storage.ts";
import { accessOf, indexed, policyOf } from "./world.ts";

describe.each(storages)("on $name", ({ openStorage }) => {
  const at = onStorage(openStorage);

  test("a thing is in the index with its special fields and every digit, and who may read it", async () => {
    const { putThing, putPolicy, ask, indexer } = at.start();
    const policyId = at.freshId("policy");
    const id = at.freshId("thing");
    await putPolicy(policyId, policyOf({ "nginx:guest": ["/attributes"] }));
    await putThing(id, { policyId, attributes: { big: rawNumber("9223372036854775807"), text: "a\u0000b" } });
    await ask("modify", "/attributes/n", 1, { id, headers: { "put-metadata": [{ key: "/x", value: 1 }] } });
    await indexer.settled();

    const row = await indexed(at.database, id);
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
    const [exact] = await at.database.query(
      "select thing #>> '{attributes,big}' as big from search_thing where id = $1",
      [id],
    );
    expect(exact?.big).toBe("9223372036854775807");
    expect(await accessOf(at.database, policyId)).toEqual({
      version: `${policyId}@1`,
      sources: [policyId],
      readers: ["nginx:ditto", "nginx:guest"],
      partial: ["nginx:guest"],
      rules: { "/": { g: ["nginx:ditto"] }, "/attributes": { g: ["nginx:guest"] } },
    });
  });

  test("many changes of one thing become one row of its newest state", async () => {
    const { putThing, ask, indexer, writes } = at.start({ settings: { writeIntervalMs: 100 } });
    const id = at.freshId("busy");
    await putThing(id, { attributes: { n: 0 } });
    await indexer.settled();
    const before = writes.length;

    await Promise.all(Array.from({ length: 50 }, (_, n) => ask("modify", "/attributes/n", n, { id })));
    await indexer.settled();

    expect(writes.length - before).toBeLessThanOrEqual(2);
    expect((await indexed(at.database, id))?.thing).toMatchObject({ attributes: { n: 49 }, _revision: 51 });
  });

  test("whoever asks is told once when a revision is in the index, and nothing rests meanwhile", async () => {
    const { putThing, indexer } = at.start({ settings: { writeIntervalMs: 60_000 } });
    const id = at.freshId("asked");
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

    expect((await indexed(at.database, id))?.revision).toBe(2);
    await indexer.settled();
    expect(told).toEqual([undefined]);
  });

  test("who asks while an older state is being rewritten is told when theirs is in the index", async () => {
    const slow = at.start();
    const { putThing, indexer } = slow;
    await indexer.check();
    const id = at.freshId("overtaken");
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
    expect((await indexed(at.database, id))?.revision).toBe(2);
    await rebuilding;
  });

  test("a thing that is deleted is gone, and found again when it is created anew", async () => {
    const { putThing, deleteThing, indexer } = at.start();
    const id = at.freshId("mortal");
    await putThing(id, { attributes: { life: 1 } });
    await indexer.settled();
    await deleteThing(id);
    await indexer.settled();
    expect(await indexed(at.database, id)).toBeUndefined();

    await putThing(id, { policyId: id, attributes: { life: 2 } });
    await indexer.settled();

    expect((await indexed(at.database, id))?.thing).toMatchObject({ attributes: { life: 2 }, _revision: 3 });
  });

  test("a changed policy changes who may read its things and those of importers", async () => {
    const { putThing, putPolicy, indexer } = at.start();
    const base = at.freshId("base");
    const importing = at.freshId("importing");
    await putPolicy(base, policyOf({ "nginx:a": ["/"] }));
    await putPolicy(importing, policyOf({}, { imports: { [base]: {} } }));
    await putThing(at.freshId("one"), { policyId: base });
    await putThing(at.freshId("two"), { policyId: importing });
    await indexer.settled();
    expect((await accessOf(at.database, importing))?.readers).toContain("nginx:a");

    await putPolicy(base, policyOf({ "nginx:b": ["/", "!/attributes/secret"] }));
    await indexer.accessSettled();

    for (const id of [base, importing]) {
      const row = await accessOf(at.database, id);
      expect(row?.readers).toEqual(["nginx:ditto", "nginx:b"]);
      expect(row?.partial).toEqual(["nginx:b"]);
      expect(row?.rules).toMatchObject({ "/attributes/secret": { r: ["nginx:b"] } });
    }
    expect((await accessOf(at.database, importing))?.version).toBe(`${importing}@1,${base}@2`);
  });

  test("more importers than fit into a page all follow", async () => {
    const { putThing, putPolicy, indexer } = at.start();
    const base = at.freshId("shared");
    await putPolicy(base, policyOf({ "nginx:a": ["/"] }));
    await putThing(at.freshId("own"), { policyId: base });
    const importers = Array.from({ length: 130 }, () => at.freshId("importer"));
    await Promise.all(importers.map((id) => putPolicy(id, policyOf({}, { imports: { [base]: {} } }))));
    await Promise.all(importers.map((policyId) => putThing(at.freshId("of-importer"), { policyId })));
    await indexer.settled();

    await putPolicy(base, policyOf({ "nginx:b": ["/"] }));
    await indexer.accessSettled();

    const [rows] = await at.database.query(
      "select count(*)::int as n from search_access where sources @> array[$1::text] and version like $2",
      [base, `%${base}@2`],
    );
    expect(rows?.n).toBe(131);
  });

  test("without its policy nobody finds a thing, and with a new one of the id they do", async () => {
    const { putThing, putPolicy, ask, indexer } = at.start();
    const policyId = at.freshId("vanishing");
    await putPolicy(policyId, policyOf());
    await putThing(at.freshId("orphan"), { policyId });
    await indexer.settled();

    await ask("delete", "/", undefined, { kind: "policy", id: policyId });
    await indexer.accessSettled();
    expect((await accessOf(at.database, policyId))?.readers).toEqual([]);

    await putPolicy(policyId, policyOf());
    await indexer.accessSettled();
    expect((await accessOf(at.database, policyId))?.readers).toEqual(["nginx:ditto"]);
    expect(await indexer.check()).toMatchObject({ things: 0, access: 0 });
  });

  test("an outage loses nothing: who waits is told, the log twice, and all is written in the end", async () => {
    const outage = at.start();
    const { putThing, indexer, logged } = outage;
    await indexer.check();
    const id = at.freshId("patient");
    outage.beforeWrite = () => {
      throw new JournalUnavailable("the database is away");
    };
    await putThing(id, { attributes: { n: 1 } });
    const told = await new Promise<unknown>((resolve) => indexer.thingChanged(id, 1, resolve));
    expect(told).toMatchObject({ status: 503 });
    await putThing(id, { attributes: { n: 2 } });
    expect(indexer.stats()).toMatchObject({ isAway: true });
    const toldMeanwhile = await new Promise<unknown>((resolve) => indexer.thingChanged(id, 2, resolve));
    expect(toldMeanwhile).toMatchObject({ status: 503 });
    expect(indexer.stats().lagMs).toBeGreaterThanOrEqual(0);

    outage.beforeWrite = () => undefined;
    await indexer.settled();

    expect((await indexed(at.database, id))?.thing).toMatchObject({ attributes: { n: 2 } });
    expect(logged.map(({ message }) => message).filter((message) => /written/.test(message))).toEqual([
      "the search index cannot be written; what changes waits",
      "the search index is written again",
    ]);
  });

  test("a thing that the database cannot hold goes, and holds no other up", async () => {
    const poisoned = at.start({ settings: { writeIntervalMs: 50 } });
    const { putThing, indexer, logged, store } = poisoned;
    await indexer.check();
    const [bad, good] = [at.freshId("bad"), at.freshId("good")];
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
    expect(await indexed(at.database, bad)).toBeUndefined();
    expect((await indexed(at.database, good))?.revision).toBe(1);
    const errors = logged.filter(({ level }) => level === "error");
    expect(new Set(errors.map(({ fact }) => "thingId" in fact && fact.thingId))).toEqual(new Set([bad]));
  });

  test("from the moment a subject expires it finds nothing, though its policy still names it", async () => {
    const expiry = new Date(Date.now() + 400).toISOString();
    const policyId = at.freshId("expiring");
    const guest = { subjects: { "nginx:guest": { type: "t", expiry } }, importable: "implicit" };
    const resources = { "thing:/": { grant: ["READ"], revoke: [] } };
    const { putThing, indexer } = at.start({
      sources: {
        entriesOf: async () => ({
          entries: [{ ...guest, resources }],
          sources: [{ id: policyId, revision: 1 }],
        }),
      },
    });
    await putThing(policyId, {});
    await indexer.settled();
    expect((await accessOf(at.database, policyId))?.readers).toEqual(["nginx:guest"]);

    await expect.poll(async () => (await accessOf(at.database, policyId))?.readers).toEqual([]);
  });

  test("a stop during an outage is short, and the next start compares", async () => {
    const cut = at.start({ settings: { drainMs: 300 } });
    await cut.indexer.check();
    const id = at.freshId("cut");
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

    const next = at.start();
    await expect.poll(async () => (await indexed(at.database, id))?.revision).toBe(1);
    await next.indexer.check();
  });
});
