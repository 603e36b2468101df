// What is wrong with the index is found and made right: by checks, at a start, and by writing it anew.

import { describe, expect, test } from "vitest";
import { storages } from "../../journal/storages.ts";
import { onStorage } from "./on-storage.ts";
import { accessOf, emptyIndex, indexed, policyOf } from "./world.ts";

describe.each(storages)("on $name", ({ openStorage }) => {
  const at = onStorage(openStorage);

  test("rows that were lost, left behind, made up or ahead of time are repaired by a check", async () => {
    const { putThing, deleteThing, indexer } = at.start();
    const [lost, behind, ahead, stray] = ["lost", "behind", "ahead", "stray"].map(at.freshId) as [
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
    await at.database.query("delete from search_thing where id = $1", [lost]);
    await at.database.query("update search_thing set revision = 1, thing = '{}' where id = $1", [behind]);
    await at.database.query("update search_thing set revision = 99 where id = $1", [ahead]);
    await at.database.query(
      `insert into search_thing (id, namespace, policy_id, revision, thing, keys, pulse)
       values ($1, 'org.acme', $1, 1, '{}', '{}', true)`,
      [stray],
    );
    await at.database.query("update search_access set version = 'x', readers = '{}' where policy_id = $1", [
      lost,
    ]);
    await at.database.query("delete from search_access where policy_id = $1", [behind]);

    const report = await indexer.check();

    expect(report).toMatchObject({ things: 4 });
    expect(report.access).toBeGreaterThanOrEqual(2);
    expect((await indexed(at.database, lost))?.revision).toBe(1);
    expect((await indexed(at.database, behind))?.thing).toMatchObject({ attributes: { n: 2 } });
    expect((await indexed(at.database, ahead))?.revision).toBe(1);
    expect(await indexed(at.database, stray)).toBeUndefined();
    expect((await accessOf(at.database, lost))?.readers).toEqual(["nginx:ditto"]);
    expect((await accessOf(at.database, behind))?.readers).toEqual(["nginx:ditto"]);
    // What was needed by the made-up row only is left to the next.
    expect(await indexer.check()).toMatchObject({ things: 0, access: 0 });
    expect(await indexer.check()).toMatchObject({ things: 0, access: 0, unused: 0 });
  });

  test("a start after a clean stop trusts the index, one after a crash compares it first", async () => {
    const id = at.freshId("crashed");
    const first = at.start();
    await first.putThing(id, { attributes: { n: 1 } });
    await first.indexer.check();
    await first.indexer.stop();
    const second = at.start();
    await second.indexer.accessSettled();
    await second.indexer.settled();
    expect(second.indexer.stats().lastCheck).toBeUndefined();
    // It ends without a stop, and without having been told of the last commit.
    Object.assign(second.parts, { index: undefined });
    await second.putThing(id, { attributes: { n: 2 } });

    const third = at.start();
    await expect.poll(() => third.indexer.stats().lastCheck?.things).toBe(1);

    expect((await indexed(at.database, id))?.thing).toMatchObject({ attributes: { n: 2 } });
    await second.indexer.stop();
  });

  test("a change of the fields that are indexed builds the index anew", async () => {
    const id = at.freshId("limited");
    const first = at.start();
    await first.putThing(id, { attributes: { a: 1, b: 2 }, features: { f: { properties: { p: 1 } } } });
    await first.indexer.check();
    await first.indexer.stop();

    const second = at.start({
      settings: { indexedFields: [{ pattern: "org.*", fields: [["attributes", "a"]] }] },
    });
    await expect
      .poll(async () => (await indexed(at.database, id))?.thing)
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
    const { putThing, indexer, logged } = at.start({ settings: { maxWaiting: 5, writeIntervalMs: 50 } });
    await indexer.check();
    const ids = Array.from({ length: 40 }, () => at.freshId("flood"));
    await Promise.all(ids.map((id) => putThing(id, { attributes: {} })));
    await indexer.settled();

    for (const id of ids) expect((await indexed(at.database, id))?.revision).toBe(1);
    expect(logged.map(({ message }) => message)).toContain(
      "more changes than the search index can remember: it will be compared with the journal",
    );
  });

  test("all things can be written anew while they change", async () => {
    const { putThing, indexer, ask } = at.start();
    const ids = Array.from({ length: 30 }, () => at.freshId("rebuilt"));
    await Promise.all(ids.map((id) => putThing(id, { attributes: { n: 0 } })));
    await indexer.settled();
    await emptyIndex(at.database);
    await at.database.query(
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
      expect((await indexed(at.database, id))?.thing).toMatchObject({ attributes: { n: 1 }, _revision: 2 });
      expect((await accessOf(at.database, id))?.readers).toEqual(["nginx:ditto"]);
    }
    expect(await indexed(at.database, "org.acme:made-up")).toBeUndefined();
  });

  test("one thing, or those of a namespace, can be written anew with who may read them", async () => {
    const { putThing, indexer } = at.start();
    const one = at.freshId("alone");
    const other = at.freshId("thing").replace("org.acme", "org.other");
    await putThing(one, { attributes: {} });
    await putThing(other, { attributes: {} });
    await indexer.settled();
    for (const id of [one, other]) {
      await at.database.query("update search_thing set thing = '{}' where id = $1", [id]);
      await at.database.query("update search_access set readers = '{}' where policy_id = $1", [id]);
    }

    expect(await indexer.rebuild({ namespace: "org.other" })).toEqual({ things: 1 });
    expect((await indexed(at.database, other))?.thing).toMatchObject({ thingId: other });
    expect((await accessOf(at.database, other, "org.other"))?.readers).toEqual(["nginx:ditto"]);
    expect((await indexed(at.database, one))?.thing).toEqual({});

    expect(await indexer.rebuild({ id: one })).toEqual({ things: 1 });
    expect((await indexed(at.database, one))?.thing).toMatchObject({ thingId: one });
    expect((await accessOf(at.database, one))?.readers).toEqual(["nginx:ditto"]);
  });

  test("rows of access that no thing needs any more are removed by a check", async () => {
    const { putThing, putPolicy, indexer } = at.start();
    const [before, after] = [at.freshId("left"), at.freshId("taken")];
    await putPolicy(before, policyOf());
    await putPolicy(after, policyOf());
    const id = at.freshId("moving");
    await putThing(id, { policyId: before });
    await indexer.settled();
    await putThing(id, { policyId: after });
    await indexer.settled();

    await indexer.check();

    expect(await accessOf(at.database, before)).toBeUndefined();
    expect(await accessOf(at.database, after)).toBeDefined();
  });
});
