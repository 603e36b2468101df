// What the index is owed when something fails, ends or expires: on both storages, behind the real dispatcher.

import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { serviceUnavailable } from "../../../src/dispatch/errors.ts";
import { JournalUnavailable } from "../../../src/journal/journal.ts";
import type { IndexerParts } from "../../../src/search/indexer/parts.ts";
import { storedIndex } from "../../../src/search/stored/stored-index.ts";
import { storages } from "../../journal/storages.ts";
import { onStorage } from "./on-storage.ts";
import { accessOf, emptyIndex, indexed, policyOf } from "./world.ts";

describe.each(storages)("on $name", ({ openStorage }) => {
  const at = onStorage(openStorage);
  const markOf = async () => {
    const [row] = await at.database.query("select value from search_state where name = 'index'", []);
    return String(row?.value);
  };

  /** A thing that a guest may read for so long, in an index to which nothing is left to be done. */
  const indexedFor = async (lifeMs: number) => {
    const id = at.freshId("expiring");
    const guest = { type: "t", expiry: new Date(Date.now() + 60_000).toISOString() };
    const entriesOf: IndexerParts["entriesOf"] = async () => ({
      entries: [
        {
          subjects: { "nginx:guest": guest },
          resources: { "thing:/": { grant: ["READ"], revoke: [] } },
          importable: "implicit",
        },
      ],
      sources: [{ id, revision: 1 }],
    });
    await emptyIndex(at.database);
    const { indexer, putThing } = at.start({ sources: { entriesOf } });
    await expect.poll(markOf, { timeout: 10_000 }).toMatch(/^open ./);
    guest.expiry = new Date(Date.now() + lifeMs).toISOString();
    await putThing(id, {});
    await indexer.settled();
    await indexer.stop();
    expect(await markOf()).toMatch(/^clean/);
    expect((await accessOf(at.database, id))?.readers).toEqual(["nginx:guest"]);
    return { id, entriesOf, expiry: Date.parse(guest.expiry) };
  };

  test("a subject that expires while no server runs finds nothing after the next start", async () => {
    const { id, entriesOf, expiry } = await indexedFor(2_000);
    await sleep(expiry - Date.now() + 1);

    at.start({ sources: { entriesOf } });

    await expect.poll(async () => (await accessOf(at.database, id))?.readers, { timeout: 5_000 }).toEqual([]);
  });

  test("a subject that expires after a restart finds nothing from that moment on", async () => {
    const { id, entriesOf, expiry } = await indexedFor(4_000);

    at.start({ sources: { entriesOf } });

    await sleep(expiry - Date.now() - 200);
    expect((await accessOf(at.database, id))?.readers).toEqual(["nginx:guest"]);
    await expect.poll(async () => (await accessOf(at.database, id))?.readers, { timeout: 5_000 }).toEqual([]);
  });

  test("a comparison finds the rows of subjects that have expired", async () => {
    const { id, expiry } = await indexedFor(1_500);
    await sleep(expiry - Date.now() + 1);

    const { stale } = await storedIndex(at.database).compareAccess(undefined, 1_000);

    expect(stale).toContainEqual({ policyId: id, namespace: "org.acme" });
  });

  test("searches go on where rows of access could not be compared at the start", async () => {
    await emptyIndex(at.database);
    const store = {
      ...storedIndex(at.database),
      compareAccess: async () => {
        throw new Error("nobody foresaw this");
      },
    };
    const { indexer } = at.start({ sources: { store } });

    await expect(indexer.accessSettled()).resolves.toBeUndefined();
  });

  test("a policy that cannot be resolved holds no other up, and counts as soon as it can be", async () => {
    const lost = at.freshId("lost");
    let isLost = true;
    const { putThing, putPolicy, indexer } = at.start({
      around: ({ entriesOf }) => ({
        entriesOf: async (id) => {
          if (isLost && id === lost) throw serviceUnavailable();
          return entriesOf(id);
        },
      }),
    });
    await putThing(lost, {});
    const other = at.freshId("other");
    await putThing(other, {});
    await putPolicy(other, policyOf({ "nginx:a": ["/"] }));
    await indexer.settled();
    await indexer.accessSettled();

    expect((await accessOf(at.database, lost))?.readers).toEqual([]);
    expect((await accessOf(at.database, other))?.readers).toContain("nginx:a");

    isLost = false;
    await indexer.check();
    expect((await accessOf(at.database, lost))?.readers).toEqual(["nginx:ditto"]);
  });

  test("what operators ask for is refused when a hundred things wait to be written anew", async () => {
    const { indexer } = at.start();
    const asked = Array.from({ length: 101 }, () => indexer.rebuild({ id: "org.acme:none" }));

    const outcomes = await Promise.allSettled(asked);
    expect(outcomes.slice(0, 100).every(({ status }) => status === "fulfilled")).toBe(true);
    expect(outcomes[100]).toMatchObject({ status: "rejected", reason: { code: "too.many.requests" } });
  });

  test("what is not recorded goes when its namespace is written anew, and nothing else does", async () => {
    const { putThing, indexer, store } = at.start();
    const kept = at.freshId("kept").replace("org.acme", "org.strays");
    await putThing(kept, {});
    await indexer.settled();
    for (const name of ["a-stray", "z-stray", "\u{1f600}", "\uff5e"]) {
      const id = `org.strays:${name}`;
      await store.putThings([{ id, policyId: kept, revision: 1, thing: "{}", keys: [] }], []);
    }

    expect(await indexer.rebuild({ namespace: "org.strays" })).toEqual({ things: 1 });

    const rows = await at.database.query("select id from search_thing where namespace = 'org.strays'", []);
    expect(rows.map(({ id }) => id)).toEqual([kept]);
  });

  test("all is written anew even where less can wait than there is", async () => {
    const { putThing, indexer } = at.start({ settings: { maxWaiting: 5 } });
    await indexer.check();
    const ids = Array.from({ length: 12 }, (_, i) => `org.narrow:thing-${i}`);
    for (const id of ids) {
      await putThing(id, {});
      await indexer.settled();
    }
    await at.database.query("update search_thing set thing = '{}' where namespace = 'org.narrow'", []);

    expect(await indexer.rebuild({ namespace: "org.narrow" })).toEqual({ things: 12 });

    for (const id of ids) expect((await indexed(at.database, id))?.thing).toMatchObject({ thingId: id });
  });

  test("it is told while things are written anew and compared, and not any more afterwards", async () => {
    const { putThing, indexer } = at.start();
    await putThing(at.freshId("told"), {});
    await indexer.check();
    const states: object[] = [];
    const look = () => {
      const { isRebuilding, isChecking } = indexer.stats();
      states.push({ isRebuilding, isChecking });
    };
    const rebuilding = indexer.rebuild({ namespace: "org.acme" });
    look();
    await rebuilding;
    look();
    const checking = indexer.check();
    look();
    await checking;
    look();

    expect(states).toEqual([
      { isRebuilding: true, isChecking: false },
      { isRebuilding: false, isChecking: false },
      { isRebuilding: false, isChecking: true },
      { isRebuilding: false, isChecking: false },
    ]);
  });

  test("whoever asks after the end is told that it is not known", async () => {
    const { putThing, indexer } = at.start();
    const id = at.freshId("late");
    await putThing(id, {});
    await indexer.stop();

    const told = new Promise((resolve) => indexer.thingChanged(id, 1, resolve));

    expect(await told).toMatchObject({ status: 503 });
  });

  test("after a write of which nobody knows the outcome the next start compares", async () => {
    const shaken = at.start();
    await shaken.indexer.check();
    let failures = 1;
    shaken.beforeWrite = () => {
      if (failures-- > 0) throw new JournalUnavailable("no answer in time");
    };
    await shaken.putThing(at.freshId("shaken"), {});
    await shaken.indexer.settled();
    await shaken.indexer.stop();

    expect(await markOf()).toMatch(/^open/);
  });
});
