// Several members of a cluster keep up one index: over a real nats-server, on one PostgreSQL.

import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import type { Cluster } from "../../../src/cluster/cluster.ts";
import { Entities } from "../../../src/dispatch/entities.ts";
import { PolicyAccess } from "../../../src/dispatch/policy-access.ts";
import { searchSources } from "../../../src/dispatch/search-sources.ts";
import type { Database } from "../../../src/journal/database.ts";
import { openStorage } from "../../../src/journal/open.ts";
import type { IndexerSettings } from "../../../src/search/indexer/parts.ts";
import { external } from "../../journal/storages.ts";
import { type TestCluster, type TestMember, testCluster } from "../../support/cluster.ts";
import { worldOn } from "../../support/dispatch.ts";
import { accessOf, type IndexedWorld, indexed, indexedWorld, policyOf } from "./world.ts";

interface Member extends IndexedWorld {
  readonly cluster: Cluster;
  readonly database: Database;
  readonly messages: () => readonly string[];
  enter(): Promise<void>;
  /** From now on nothing of what it writes into the index arrives. */
  holdIndex(): void;
  crash(): Promise<void>;
  /** Leaves in order, as a server that stops. */
  leave(): Promise<void>;
}

const ends: (() => PromiseLike<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A cluster without members yet, and a database that they share. */
async function start() {
  const storage = await external();
  ends.push(() => storage[Symbol.asyncDispose]());
  const net: TestCluster = await testCluster(1);
  ends.push(() => net[Symbol.asyncDispose]());
  // A member without an index, so that the cluster is there; it owns nothing once it is gone.
  const [first] = net.members as [TestMember];
  await first.cluster.leave();
  await first.halt();

  async function member(settings: Partial<IndexerSettings> = {}): Promise<Member> {
    const { cluster, enter, halt } = await net.prepare();
    const { journal, database } = await openStorage(storage.options);
    const { things, policies } = worldOn(journal);
    const never = { owns: () => false, isTold: () => false };
    const read = new Entities(policies.rules, journal, 1, { tenure: never });
    const world = indexedWorld(journal, database, {
      cluster,
      settings,
      sources: searchSources({
        things: new Entities(things.rules, journal, 1, { tenure: never }),
        policies: read,
        access: new PolicyAccess(read),
        journal,
      }),
    });
    let isOver = false;
    const held = Promise.withResolvers<readonly []>();
    const close = async () => {
      if (isOver) return;
      isOver = true;
      await world.indexer.stop();
      await journal.close();
    };
    ends.push(close);
    return Object.assign(world, {
      cluster,
      database,
      enter,
      messages: () => world.logged.map(({ message }) => message),
      holdIndex() {
        Object.assign(world.store, { putThings: () => held.promise, putAccess: () => held.promise });
      },
      // What it had in memory never gets into the database.
      async crash() {
        await halt();
        await journal.close();
        isOver = true;
        held.resolve([]);
        ends.push(() => world.indexer.stop());
      },
      async leave() {
        await cluster.leave();
        await close();
        await halt();
      },
    });
  }

  async function members(count: number, settings?: Partial<IndexerSettings>): Promise<readonly Member[]> {
    const made: Member[] = [];
    for (let i = 0; i < count; i++) {
      const one = await member(settings);
      await one.enter();
      made.push(one);
    }
    await serving(made);
    return made;
  }
  /** The database without a member. */
  async function open(): Promise<Database> {
    const { journal, database } = await openStorage(storage.options);
    ends.push(() => journal.close());
    return database;
  }
  return { member, members, open };
}

/** Until each of them serves what is its own, and nothing else does. */
async function serving(members: readonly Member[]): Promise<void> {
  const isServed = (id: string) => members.filter(({ cluster }) => cluster.mayServe(id)).length === 1;
  const ids = Array.from({ length: 200 }, (_, i) => `org.acme:sample-${i}`);
  await expect
    .poll(() => ids.every(isServed) && new Set(members.map(({ cluster }) => cluster.epoch)).size, {
      timeout: 20_000,
    })
    .toBe(1);
}

const ownedBy = ({ cluster }: Member, name: string): string => {
  for (let i = 0; ; i++) if (cluster.owns(`org.acme:${name}-${i}`)) return `org.acme:${name}-${i}`;
};
const markOf = async (database: Database): Promise<string> => {
  const [row] = await database.query("select value from search_state where name = 'index'", []);
  return String(row?.value).split(" ")[0] as string;
};

test("what a crashed member had not written is written by those who go on, things and policies", async () => {
  const { members } = await start();
  const [a, b, c] = (await members(3)) as [Member, Member, Member];
  const others = [b, c];
  const ids = Array.from({ length: 8 }, (_, i) => ownedBy(a, `thing-${i}`));
  const policyId = ownedBy(a, "policy");
  await a.putPolicy(policyId, policyOf({ "nginx:guest": ["/"] }));
  await a.putThing(ids[0] as string, { policyId });
  await a.indexer.settled();
  expect((await accessOf(b.database, policyId))?.readers).toContain("nginx:guest");

  a.holdIndex();
  for (const id of ids) await a.putThing(id, { policyId, attributes: { n: 1 } });
  await a.putPolicy(policyId, policyOf());
  await a.crash();

  const revisions = () => Promise.all(ids.map(async (id) => (await indexed(b.database, id))?.revision));
  await expect.poll(revisions, { timeout: 20_000 }).toEqual(ids.map((_, i) => (i === 0 ? 2 : 1)));
  await expect
    .poll(async () => (await accessOf(b.database, policyId))?.readers, { timeout: 5_000 })
    .toEqual(["nginx:ditto"]);
  expect(others.every(({ cluster }) => cluster.members.length === 2)).toBe(true);
  expect(others.some((one) => one.messages().some((text) => /crashed members/.test(text)))).toBe(true);
  expect(others.flatMap((one) => one.messages()).filter((text) => /brought up/.test(text))).toEqual([]);
  expect(await b.indexer.check()).toMatchObject({ things: 0, access: 0 });
}, 60_000);

test("a change that waited for longer than is usual is found all the same", async () => {
  const { members } = await start();
  const [a, b] = (await members(2)) as [Member, Member];
  const id = ownedBy(a, "late");
  a.holdIndex();
  await a.putThing(id, {});
  // As a change that waits since an hour would have it noted.
  await b.database.query("update journal set recorded = recorded - 3600000 where id = $1", [id]);
  await b.store.setMoment(`index-behind ${a.cluster.self.id}`, 3_600_000);
  await a.crash();

  await expect.poll(async () => (await indexed(b.database, id))?.revision, { timeout: 20_000 }).toBe(1);
}, 60_000);

test("a member that is far behind says so, until it is not any more", async () => {
  const { members } = await start();
  const [a] = (await members(1)) as [Member];
  const id = ownedBy(a, "slow");
  const put = a.store.putThings;
  const gate = Promise.withResolvers<void>();
  a.store.putThings = (...rows) => gate.promise.then(() => put(...rows));
  await a.putThing(id, {});
  const note = () => a.store.momentAgo(`index-behind ${a.cluster.self.id}`);

  await expect.poll(note, { timeout: 10_000, interval: 200 }).toBeGreaterThan(2_000);
  gate.resolve();

  await expect.poll(note, { timeout: 10_000, interval: 200 }).toBeUndefined();
}, 60_000);

test("who searches anywhere waits for rows of access that another member has to write", async () => {
  const { members } = await start();
  const [a, b] = (await members(2)) as [Member, Member];
  const policyId = ownedBy(a, "policy");
  await a.putPolicy(policyId, policyOf({ "nginx:guest": ["/"] }));
  await a.putThing(ownedBy(a, "thing"), { policyId });
  await a.indexer.settled();
  await b.indexer.accessSettled();
  const known = b.indexer.othersAccessVersion();
  await b.indexer.accessSettled();
  expect(b.indexer.othersAccessVersion()).toBe(known);

  const put = a.store.putAccess;
  a.store.putAccess = async (rows) => {
    await sleep(300);
    return put(rows);
  };
  await a.putPolicy(policyId, policyOf());
  // As what tells the copies of a policy apart, which comes after it on the same way.
  b.cluster.wire.onRequest("after", async () => "");
  await a.cluster.wire.requestAll("after", "");
  await b.indexer.accessSettled();

  expect((await accessOf(b.database, policyId))?.readers).toEqual(["nginx:ditto"]);
  expect(b.indexer.othersAccessVersion()).toBeGreaterThan(known);
}, 60_000);

test("two members that change what counts in one row end with the newest of both", async () => {
  const { members } = await start();
  const [a, b] = (await members(2)) as [Member, Member];
  const [base, importing] = [ownedBy(a, "base"), ownedBy(b, "importing")];
  await a.putPolicy(base, policyOf({ "nginx:g0": ["/"] }));
  await b.putPolicy(importing, policyOf({}, { imports: { [base]: {} } }));
  await b.putThing(ownedBy(b, "thing"), { policyId: importing });
  await b.indexer.settled();

  for (let n = 1; n <= 20; n++)
    await Promise.all([
      a.putPolicy(base, policyOf({ [`nginx:g${n}`]: ["/"] })),
      b.putPolicy(importing, policyOf({ [`nginx:i${n}`]: ["/"] }, { imports: { [base]: {} } })),
    ]);
  await Promise.all([a.indexer.accessSettled(), b.indexer.accessSettled()]);

  expect(await accessOf(a.database, importing)).toMatchObject({
    version: `${importing}@21,${base}@21`,
    readers: expect.arrayContaining(["nginx:i20", "nginx:g20"]),
  });
  expect(await a.indexer.check()).toMatchObject({ things: 0, access: 0 });
}, 60_000);

test("the first member compares all, those that join do not, and the last that leaves says that nothing is left undone", async () => {
  const { member, members, open } = await start();
  const built = /search index was (built|brought up)/;
  const [a] = (await members(1)) as [Member];
  const id = ownedBy(a, "early");
  await expect.poll(() => markOf(a.database), { timeout: 10_000 }).toBe("kept");
  await a.putThing(id, {});
  await a.indexer.settled();
  await a.database.query("delete from search_thing", []);

  const b = await member();
  await b.enter();
  await serving([a, b]);
  await sleep(500);
  expect(b.messages().filter((text) => built.test(text))).toEqual([]);
  expect(await indexed(b.database, id)).toBeUndefined();
  await a.leave();
  expect(await markOf(b.database)).toBe("kept");
  await serving([b]);
  await sleep(1_200);
  expect(b.messages().filter((text) => built.test(text))).toEqual([]);

  await b.leave();
  const after = await open();
  expect(await markOf(after)).toBe("clean");
}, 60_000);

test("after all have crashed the next compares all", async () => {
  const { member, members } = await start();
  const [a] = (await members(1)) as [Member];
  await expect.poll(() => markOf(a.database), { timeout: 10_000 }).toBe("kept");
  const id = ownedBy(a, "lost");
  a.holdIndex();
  await a.putThing(id, {});
  await a.store.setMoment("index-tended", 3_600_000);
  await a.crash();

  const b = await member();
  await b.enter();

  await expect.poll(async () => (await indexed(b.database, id))?.revision, { timeout: 20_000 }).toBe(1);
  await expect
    .poll(() => b.messages(), { timeout: 10_000 })
    .toContain("the search index was brought up to the journal");
  await expect.poll(() => markOf(b.database), { timeout: 10_000 }).toBe("kept");
}, 60_000);

test("what one member left undone is found by the leader", async () => {
  const { members } = await start();
  const [a, b] = (await members(2)) as [Member, Member];
  await expect.poll(() => markOf(a.database), { timeout: 10_000 }).toBe("kept");
  const id = ownedBy(b, "undone");
  b.store.putThings = () => Promise.reject(new Error("nobody foresaw this"));
  await b.putThing(id, {});
  await b.indexer.settled();
  expect(await indexed(a.database, id)).toBeUndefined();

  await expect.poll(async () => (await indexed(a.database, id))?.revision, { timeout: 20_000 }).toBe(1);
  await expect
    .poll(() => a.store.state("index-doubt", () => ""), { timeout: 20_000, interval: 200 })
    .toBe("");
}, 60_000);

test("the leader's word that fails while it compares all ends nothing else", async () => {
  const unhandled: unknown[] = [];
  const note = (error: unknown) => unhandled.push(error);
  process.on("unhandledRejection", note);
  ends.push(async () => process.off("unhandledRejection", note));
  const { member } = await start();
  const a = await member();
  const gate = Promise.withResolvers<void>();
  const { state, setMoment } = a.store;
  // The comparison waits; what it is told by comes from elsewhere.
  a.store.setMoment = async (name, agoMs) => {
    if (name !== "index-tended") return setMoment(name, agoMs);
    throw new Error("nobody foresaw this");
  };
  a.store.state = async (name, first) => {
    if (name === "index-doubt") await gate.promise;
    return state(name, first);
  };
  await a.enter();
  await expect.poll(() => a.cluster.isLeader()).toBe(true);
  await sleep(500);

  expect(unhandled).toEqual([]);
  gate.resolve();
}, 60_000);
