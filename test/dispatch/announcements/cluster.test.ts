// Members of a cluster look after the policies that they own, and others go on where one is gone.

import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { openStorage } from "../../../src/journal/open.ts";
import { external } from "../../journal/storages.ts";
import { type TestMember, testCluster } from "../../support/cluster.ts";
import { type AnnouncingWorld, announcingWorld, inMillis, policyOf } from "./world.ts";

const ends: (() => PromiseLike<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function start(count: number) {
  const storage = await external();
  ends.push(() => storage[Symbol.asyncDispose]());
  const net = await testCluster(1);
  ends.push(() => net[Symbol.asyncDispose]());
  const [first] = net.members as [TestMember];
  await first.cluster.leave();
  await first.halt();

  async function member() {
    const made = await net.prepare();
    const { journal } = await openStorage(storage.options);
    const world: AnnouncingWorld = announcingWorld(journal, {}, made.cluster);
    world.watch.start();
    await made.enter();
    let isOver = false;
    const close = async () => {
      if (isOver) return;
      isOver = true;
      world.watch.stop();
      await journal.close();
    };
    ends.push(close);
    return { ...world, watch: world.watch, cluster: made.cluster, halt: made.halt, close };
  }
  const members = await Promise.all(Array.from({ length: count }, member));
  const live = net.members.slice(1);
  await net.settled(live);
  const ownedBy = (owner: (typeof members)[number], name: string): string => {
    for (let i = 0; ; i++) if (owner.cluster.owns(`org.acme:${name}-${i}`)) return `org.acme:${name}-${i}`;
  };
  return { members, member, ownedBy, settled: (of: readonly TestMember[]) => net.settled(of), net };
}

test("the owner of a policy alone announces and deletes its subjects, and after a crash another", async () => {
  const { members, ownedBy } = await start(2);
  const [a, b] = members as [(typeof members)[number], (typeof members)[number]];
  const [ofA, ofB] = [ownedBy(a, "a"), ownedBy(b, "b")];
  const expiring = (millis: number) => policyOf({ "nginx:guest": { type: "t", expiry: inMillis(millis) } });
  await a.ask("modify", "/", expiring(9_000), ofA);
  await b.ask("modify", "/", expiring(600), ofB);
  expect(a.watch.sizes.policies).toBe(1);
  expect(b.watch.sizes.policies).toBe(1);

  await expect.poll(() => b.guests(ofB), { timeout: 5_000 }).toEqual([]);
  expect(a.published.some(({ id }) => id === ofB)).toBe(false);

  await a.halt();
  await a.close();
  await expect.poll(() => b.cluster.mayServe(ofA), { timeout: 15_000 }).toBe(true);
  await expect.poll(() => b.guests(ofA), { timeout: 15_000 }).toEqual([]);
  expect(b.published.filter(({ id }) => id === ofA)).toHaveLength(1);
}, 60_000);

test("a policy that another member takes over is let go of, and announced by that one", async () => {
  const { members, member, ownedBy } = await start(1);
  const [a] = members as [(typeof members)[number]];
  const ids = Array.from({ length: 12 }, (_, i) => ownedBy(a, `p${i}`));
  const announcement = { beforeExpiry: "1s" };
  const guest = { "nginx:guest": { type: "t", expiry: inMillis(9_000), announcement } };
  for (const id of ids) await a.ask("modify", "/", policyOf(guest), id);
  expect(a.watch.sizes.policies).toBe(12);

  const b = await member();
  await expect
    .poll(() => ids.filter((id) => b.cluster.mayServe(id)).length, { timeout: 10_000 })
    .toBeGreaterThan(0);
  const taken = new Set(ids.filter((id) => b.cluster.owns(id)));
  await expect.poll(() => b.watch.sizes.policies).toBe(taken.size);
  expect(a.watch.sizes.policies).toBe(ids.length - taken.size);

  await expect.poll(() => a.announced.length + b.announced.length, { timeout: 12_000 }).toBe(12);
  await sleep(300);
  expect(new Set(b.announced.map(({ policyId }) => policyId))).toEqual(taken);
  expect(a.announced.length + b.announced.length).toBe(12);
}, 60_000);
