// Blocking and erasing namespaces where several members share one PostgreSQL.

import { setTimeout as later } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openStorage, type Storage } from "../../../src/journal/open.ts";
import { type TestCluster, testCluster } from "../../support/cluster.ts";
import { ditto } from "../../support/dispatch.ts";
import { startPostgres, type TestPostgres } from "../../support/postgres.ts";
import { type MaintainedWorld, maintainedWorld } from "./world.ts";

let postgres: TestPostgres;
let cluster: TestCluster;
const storages: Storage[] = [];
const worlds: MaintainedWorld[] = [];
beforeAll(async () => {
  [postgres, cluster] = await Promise.all([startPostgres(), testCluster(2)]);
  const databaseUrl = await postgres.createDatabase("maintenance");
  for (const member of cluster.clusters) {
    const storage = await openStorage({ databaseUrl, dataDir: "" });
    storages.push(storage);
    worlds.push(await maintainedWorld(storage, member));
  }
  await cluster.settled();
}, 60_000);
afterAll(async () => {
  for (const { maintenance } of worlds) await maintenance.stop();
  await cluster[Symbol.asyncDispose]();
  for (const { journal } of storages) await journal.close();
  await postgres[Symbol.asyncDispose]();
});

/** At a member; refusals become their codes. */
async function ask(member: number, action: "create" | "retrieve", id: string) {
  const { entrances } = worlds[member] as MaintainedWorld;
  const base = { kind: "thing", id, action, path: [], headers: {}, auth: ditto } as const;
  try {
    return (await entrances.dispatch(action === "create" ? { ...base, value: {} } : base)).status;
  } catch (error) {
    return (error as { code?: string }).code ?? error;
  }
}

const keptBy = (member: number) => (worlds[member] as MaintainedWorld).maintenance;

test("once a block is answered no member answers for the namespace, and once it is ended all do", async () => {
  expect(await ask(0, "create", "org.both:lamp")).toBe(201);
  expect(await ask(1, "retrieve", "org.both:lamp")).toBe(200);

  await keptBy(0).block("org.both");
  expect([await ask(0, "retrieve", "org.both:lamp"), await ask(1, "retrieve", "org.both:lamp")]).toEqual([
    "namespace.blocked",
    "namespace.blocked",
  ]);

  await keptBy(1).unblock("org.both");
  expect([await ask(0, "retrieve", "org.both:lamp"), await ask(1, "retrieve", "org.both:lamp")]).toEqual([
    200, 200,
  ]);
});

test("what one member erases is in no member's memory", async () => {
  await ask(0, "create", "org.gone:lamp");
  expect(await ask(1, "retrieve", "org.gone:lamp")).toBe(200);
  await keptBy(0).block("org.gone");

  const gone = await keptBy(1).purge("org.gone");
  await keptBy(1).unblock("org.gone");

  expect(gone.thing).toBeGreaterThan(0);
  expect([await ask(0, "retrieve", "org.gone:lamp"), await ask(1, "retrieve", "org.gone:lamp")]).toEqual([
    "things:thing.notfound",
    "things:thing.notfound",
  ]);
});

test("a member that was away while a namespace was blocked knows of it when it is back", async () => {
  await ask(0, "create", "org.away:lamp");
  const [, away] = cluster.members;
  away?.way.cut();

  await keptBy(0).block("org.away");
  expect(await ask(0, "retrieve", "org.away:lamp")).toBe("namespace.blocked");
  expect(away?.cluster.leaseHolds(), "it answers for nothing when the block is answered").toBe(false);
  away?.way.heal();
  await cluster.settled();
  await later(100);

  expect(await ask(1, "retrieve", "org.away:lamp")).toBe("namespace.blocked");
  await keptBy(0).unblock("org.away");
});

test("what a leader that crashed has not finished erasing the next one goes on with", async () => {
  await ask(0, "create", "org.half:lamp");
  await keptBy(0).block("org.half");
  keptBy(1).start(); // it does not lead yet
  const [{ database }] = storages as [Storage];
  await database.query("update blocked_namespace set purge = 'running' where namespace = 'org.half'", []);

  await cluster.members[0]?.halt();

  const stateOf = async () =>
    (await keptBy(1).list()).find(({ namespace }) => namespace === "org.half")?.purge;
  await expect.poll(stateOf, { timeout: 15_000 }).toBe("done");
  const [row] = await database.query("select count(*) as n from journal where id = 'org.half:lamp'", []);
  expect(Number(row?.n)).toBe(0);
}, 30_000);
