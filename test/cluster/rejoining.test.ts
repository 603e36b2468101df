// How a member takes its seat: what may come between the steps, on a real nats-server.

import { randomUUID } from "node:crypto";
import { setTimeout as later } from "node:timers/promises";
import { connect } from "@nats-io/transport-node";
import { expect, test } from "vitest";
import { type Bucket, openBucket } from "../../src/cluster/bucket.ts";
import { Lease, leaseTimes } from "../../src/cluster/lease.ts";
import { Membership } from "../../src/cluster/membership.ts";
import { Records, VIEW } from "../../src/cluster/records.ts";
import { startNats } from "../support/brokers/nats.ts";
import { testCluster } from "../support/cluster.ts";

test("a lease that ended before its member took a seat is taken again, and goes on to be renewed", async () => {
  await using nats = await startNats();
  const link = await connect({ servers: nats.uri });
  const bucket = await openBucket(link, { name: `seat_${randomUUID()}`, timeoutMs: 1_000, replicas: 1 });
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  const { promise: reading, resolve: isReading } = Promise.withResolvers<void>();
  const gated: Bucket = {
    ...bucket,
    read: async (key) => {
      if (key === VIEW) {
        isReading();
        await gate;
      }
      return bucket.read(key);
    },
  };
  const now = () => performance.now();
  const times = leaseTimes(600);
  const lease = new Lease(times, now);
  const membership = new Membership({
    ...{ self: { id: "one", name: "one" }, times, lease, now, records: new Records(now) },
    ...{ log: () => {}, viewed: () => {}, changed: () => {}, ended: () => {}, renewed: () => {} },
  });
  await bucket.watch(membership.watched, () => {});
  const ticking = setInterval(() => membership.tick(), 20);

  membership.up(gated);
  membership.enter();
  await reading; // with a lease, without a seat
  membership.up({ ...gated, incarnation: "another" });
  open();

  await expect.poll(() => membership.isSeated && lease.holds, { timeout: 5_000 }).toBe(true);
  await later(1_500);
  expect(membership.isSeated && lease.holds).toBe(true);
  clearInterval(ticking);
  await link.close();
});

test("a member that was put out holds no lease before it has a seat again", async () => {
  await using cluster = await testCluster(2, { leaseMs: 900 });
  const [first, second] = cluster.clusters;
  const { way } = cluster.members[0]!;
  way.cut();
  await expect.poll(() => second!.members.length, { timeout: 10_000, interval: 5 }).toBe(1);
  let isRenewed = false;
  first!.watch({
    renewed: () => {
      isRenewed = true;
    },
  });

  way.heal();
  way.delay(30); // between the lease and the seat
  while (!first!.leaseHolds()) await new Promise((resolve) => setImmediate(resolve));

  expect(first!.members.map(({ id }) => id)).toContain(first!.self.id);
  expect(isRenewed).toBe(true);
  way.heal();
  await cluster.settled();
});

test("a member that leaves in order holds its lease until it has let go", async () => {
  await using cluster = await testCluster(2);
  const [first] = cluster.clusters;
  const held: boolean[] = [];
  first!.watch({
    release: async () => {
      held.push(first!.leaseHolds());
    },
  });

  await first!.leave();

  expect(held).toEqual([true]);
  expect(first!.leaseHolds()).toBe(false);
});

test("a record that is none ends nothing but the connection; all goes on once it is gone", async () => {
  await using cluster = await testCluster(2);
  const link = await connect({ servers: cluster.nats.uri });
  const bucket = await openBucket(link, { name: `${cluster.name}_members`, timeoutMs: 1_000, replicas: 1 });
  const { log } = cluster.members[0]!;

  const sequence = await bucket.write("lease.stranger", "{", 0);
  const times = () => log.filter((line) => line.includes("JSON")).length;
  await expect.poll(times, { timeout: 15_000 }).toBeGreaterThan(3); // also in what is told before its watch is handed back
  await bucket.write("lease.stranger", null, sequence!);

  await cluster.settled();
  await link.close();
});
