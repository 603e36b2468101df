// Members of a cluster on a real nats-server: who is in, who serves what, through all that happens to them.

import { setTimeout as later } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Cluster, ViewChange } from "../../src/cluster/cluster.ts";
import { sampleIds, testCluster } from "../support/cluster.ts";

const served = (cluster: Cluster) => sampleIds.filter((id) => cluster.mayServe(id));
const within = (share: ViewChange["lost"]) => sampleIds.filter((id) => share.has(id));
const until = (holds: () => boolean) => expect.poll(holds, { timeout: 15_000, interval: 10 }).toBe(true);

/** What a member told of views, in order. */
function history(cluster: Cluster): { readonly what: string; readonly change?: ViewChange }[] {
  const told: { what: string; change?: ViewChange }[] = [];
  cluster.watch({
    viewed: (change) => told.push({ what: "viewed", change }),
    release: async (change) => void told.push({ what: "release", change }),
    acquired: (change) => told.push({ what: "acquired", change }),
    renewed: () => told.push({ what: "renewed" }),
  });
  return told;
}

test("members that join share all entities, and each is served by the one that owns it", async () => {
  await using cluster = await testCluster(3);

  const [first] = cluster.clusters;
  const owners = sampleIds.map((id) => first!.ownerOf(id));

  expect(new Set(owners).size).toBe(3);
  for (const one of cluster.clusters) {
    expect(sampleIds.map((id) => one.ownerOf(id))).toEqual(owners);
    expect(served(one)).toEqual(sampleIds.filter((id) => one.owns(id)));
    expect(one.inChargeOf("connection/0")).toBe(first!.inChargeOf("connection/0"));
    expect(one.isAlone).toBe(false);
  }
  expect(cluster.clusters.filter((one) => one.isLeader())).toEqual([first]);
});

test("what does not move is served without a pause while another joins, and what moves only after it was let go", async () => {
  await using cluster = await testCluster(2);
  const [first, second] = cluster.clusters as [Cluster, Cluster];
  const letGo = Promise.withResolvers<void>();
  first.watch({ release: () => letGo.promise });
  const told = history(first);
  const stay = new Set<string>();
  const joiner = await cluster.prepare();
  expect(served(joiner.cluster)).toEqual([]);
  expect(joiner.cluster.members.map(({ name }) => name)).toEqual(["node-1", "node-2"]);
  let pauses = 0;
  for (const id of sampleIds) if (first.mayServe(id)) stay.add(id);
  const looking = setInterval(() => {
    for (const id of stay) {
      if (!first.owns(id)) stay.delete(id);
      else if (!first.mayServe(id)) pauses++;
    }
  }, 1);

  const entering = joiner.enter();
  await until(() => first.members.length === 3 && second.members.length === 3);
  await later(200);
  expect(served(joiner.cluster)).toEqual([]);
  letGo.resolve();
  await entering;
  clearInterval(looking);

  await cluster.settled();
  expect(pauses).toBe(0);
  expect(stay.size).toBeGreaterThan(100);
  expect(told.map(({ what }) => what)).toEqual(["viewed", "release"]);
  const { change } = told[0]!;
  expect(change!.joined).toEqual([expect.objectContaining({ name: "node-3" })]);
  expect(within(change!.lost).every((id) => joiner.cluster.owns(id))).toBe(true);
  expect(change!.gained.isEmpty).toBe(true);
});

test("a member that leaves hands over: others serve all of it when its leave resolves", async () => {
  await using cluster = await testCluster(3);
  const [first, second, third] = cluster.clusters as [Cluster, Cluster, Cluster];
  const told = history(second);
  const left = history(first);

  const startedAt = performance.now();
  await first.leave();

  expect(performance.now() - startedAt).toBeLessThan(1_400); // in less than a lease
  expect(served(first)).toEqual([]);
  await cluster.settled(cluster.members.slice(1), 300); // one may know of it a moment later than the other
  expect(served(second).length + served(third).length).toBe(sampleIds.length);
  expect(second.isLeader()).toBe(true);
  expect(told.map(({ what }) => what)).toEqual(["viewed", "release", "acquired"]);
  expect(told[0]!.change!.gone).toEqual([
    { member: first.self, isCrashed: false, silentMs: expect.any(Number) },
  ]);
  expect(left.map(({ what }) => what)).toEqual(["viewed", "release"]);
  expect(within(left[0]!.change!.lost).length).toBeGreaterThan(100);
});

test("what a member owned that crashed is served by others soon after its lease is over", async () => {
  await using cluster = await testCluster(3);
  const [first, second, third] = cluster.clusters as [Cluster, Cluster, Cluster];
  const told = history(second);
  const lost: string[] = [];
  second.wire.onLoss((from) => lost.push(from));
  const crashedAt = performance.now();

  await cluster.members[0]!.halt();
  await cluster.settled(cluster.members.slice(1));

  expect(performance.now() - crashedAt).toBeLessThan(4_000); // leases of 1.5 s
  expect(served(second).length + served(third).length).toBe(sampleIds.length);
  expect(told.map(({ what }) => what)).toEqual(["viewed", "release", "acquired"]);
  const [gone] = told[0]!.change!.gone;
  expect(gone).toMatchObject({ member: first.self, isCrashed: true });
  expect(gone!.silentMs).toBeGreaterThan(1_000);
  expect(lost).toEqual([first.self.id]);
});

test("a member without NATS stops before others begin, and comes in again with nothing of what it had", async () => {
  await using cluster = await testCluster(2);
  const [first, second] = cluster.clusters as [Cluster, Cluster];
  const told = history(first);
  const missed: string[] = [];
  first.wire.onLoss((from) => missed.push(from));
  const before = served(first);
  let both = 0;
  const looking = setInterval(() => {
    both += served(first).filter((id) => second.mayServe(id)).length;
  }, 1);

  cluster.members[0]!.way.hold();
  await until(() => !first.leaseHolds());
  expect(served(first)).toEqual([]);
  await until(() => served(second).length === sampleIds.length);
  cluster.members[0]!.way.heal();
  await cluster.settled();
  clearInterval(looking);

  expect(both).toBe(0);
  expect(told.map(({ what }) => what).filter((what) => what === "renewed")).toHaveLength(1);
  const lost = told.flatMap(({ what, change }) => (what === "release" ? within(change!.lost) : []));
  expect(lost).toEqual(expect.arrayContaining(before));
  expect(told.at(-1)!.what).toBe("acquired");
  expect(within(told.at(-1)!.change!.gained)).toEqual(served(first));
  expect(missed).toContain(second.self.id);
});

test("a short time without NATS changes nothing", async () => {
  await using cluster = await testCluster(2, { leaseMs: 2_500 });
  const [first] = cluster.clusters as [Cluster, Cluster];
  const told = history(first);
  const before = served(first);

  cluster.members[0]!.way.cut();
  await later(300);
  expect(served(first)).toEqual(before);
  cluster.members[0]!.way.heal();
  await later(3_500);

  expect(served(first)).toEqual(before);
  expect(told).toEqual([]);
});

test("when NATS is gone for longer than a lease, nobody serves, and all go on as before when it is back", async () => {
  await using cluster = await testCluster(3);
  const before = cluster.clusters.map(served);
  const told = cluster.clusters.map(history);

  await cluster.nats.stop("SIGKILL");
  await until(() => cluster.clusters.every((one) => served(one).length === 0));
  await cluster.nats.start();
  await cluster.settled();

  expect(cluster.clusters.map(served)).toEqual(before);
  for (const one of told) expect(one.some(({ what }) => what === "renewed")).toBe(true);
});

test("a NATS that lost its data gets another view with a later epoch, and nobody serves what another still may", async () => {
  await using cluster = await testCluster(2);
  const { epoch } = cluster.clusters[0]!;
  const told = history(cluster.clusters[0]!);
  let both = 0;
  const looking = setInterval(() => {
    const [first, second] = cluster.clusters as [Cluster, Cluster];
    both += served(first).filter((id) => second.mayServe(id)).length;
  }, 1);

  await cluster.nats.stop("SIGKILL");
  await cluster.nats.forget();
  await cluster.nats.start();
  await until(() => cluster.clusters.every((one) => one.epoch > epoch));
  await cluster.settled();
  clearInterval(looking);

  expect(both).toBe(0);
  expect(told.some(({ what }) => what === "renewed")).toBe(true);
});

test("many that join at once all get in", async () => {
  await using cluster = await testCluster(1);

  const joined = await Promise.all(Array.from({ length: 11 }, () => cluster.prepare()));
  await Promise.all(joined.map(({ enter }) => enter()));
  await cluster.settled();

  expect(cluster.clusters[0]!.members).toHaveLength(12);
});

test("all that leave at once get out, and the next that comes need not wait for them", async () => {
  await using cluster = await testCluster(3, { leaseMs: 3_000 });
  await Promise.all(cluster.clusters.map((one) => one.leave()));

  const startedAt = performance.now();
  const next = await cluster.join();

  expect(performance.now() - startedAt).toBeLessThan(2_000);
  expect(served(next.cluster)).toHaveLength(sampleIds.length);
});
