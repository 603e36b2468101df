// What members of a cluster know of one another's open connections.

import { setTimeout as later } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Cluster } from "../../../src/cluster/cluster.ts";
import type { Answer } from "../../../src/cluster/wire.ts";
import { sharingIn } from "../../../src/connectivity/lifecycle/sharing.ts";
import { type TestMember, testCluster } from "../../support/cluster.ts";
import { connectionOf } from "../world.ts";

const things = Array.from({ length: 200 }, (_, i) => `org.acme:thing-${i}`);

/** The same cluster; `also` is called when a member has asked for all that is open, once what it is told is known. */
function whenAsked(cluster: Cluster, also: () => void): Cluster {
  const { wire } = cluster;
  const onRequest = (topic: string, answer: Answer) =>
    wire.onRequest(topic, async (...asked) => {
      const told = await answer(...asked);
      if (topic === "connection.presences") also();
      return told;
    });
  const watched: typeof wire = Object.create(wire, { onRequest: { value: onRequest } });
  for (const name of ["requestAll", "request", "tell", "onTold", "onLoss"] as const)
    Object.defineProperty(watched, name, { value: (wire[name] as () => unknown).bind(wire) });
  return {
    ...{ self: cluster.self, isAlone: cluster.isAlone, wire: watched, watch: cluster.watch.bind(cluster) },
    get members() {
      return cluster.members;
    },
  } as Cluster;
}

test("what a member tells while it answers for all counts more than the answer", async () => {
  await using made = await testCluster(1);
  const [a] = made.members as [TestMember];
  const known = sharingIn(a.cluster, () => false);
  known.enter(connectionOf({ id: "bridge" }));
  const joining = await made.prepare();
  const asked: (() => Promise<void>)[] = [];
  const leaving = Promise.withResolvers<void>();
  const other = sharingIn(
    whenAsked(joining.cluster, () => void asked.shift()?.().then(leaving.resolve)),
    () => false,
  );
  asked.push(other.enter(connectionOf({ id: "bridge" })));

  await joining.enter();
  await made.settled();
  await leaving.promise;
  await later(100);
  expect(things.filter((thing) => known.isOurs("bridge", thing))).toEqual(things);
});

test("who leaves while another member is silent is not told of as open", async () => {
  await using made = await testCluster(2);
  const [a, b] = made.members as [TestMember, TestMember];
  sharingIn(b.cluster, () => false);
  const leaver = sharingIn(a.cluster, () => false);
  const leave = leaver.enter(connectionOf({ id: "bridge" }));
  b.way.hold();
  const left = leave();

  const joining = await made.prepare();
  const newcomer = sharingIn(joining.cluster, () => false);
  newcomer.enter(connectionOf({ id: "bridge" }));
  await joining.enter();
  await expect.poll(() => joining.cluster.members.length, { timeout: 5_000 }).toBeGreaterThan(1);
  await later(300);
  expect(things.filter((thing) => newcomer.isOurs("bridge", thing))).toEqual(things);
  await b.halt();
  await left;
});

test("who leaves when the cluster is over is done", async () => {
  await using made = await testCluster(2);
  const [a, b] = made.members as [TestMember, TestMember];
  const sharing = sharingIn(a.cluster, () => false);
  b.way.hold();
  const leave = sharing.enter(connectionOf({ id: "bridge" }));
  const left = leave();
  await a.halt();
  await expect(left).resolves.toBe(undefined);
  await b.halt();
});
