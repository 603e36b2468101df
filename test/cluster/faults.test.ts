// What must hold whatever happens to members, their ways to NATS, and NATS itself.

import { setTimeout as later } from "node:timers/promises";
import { expect, test } from "vitest";
import { sampleIds, type TestCluster, type TestMember, testCluster } from "../support/cluster.ts";

const LEASE_MS = 900;
const STEPS = 14;
const MOST_MEMBERS = 5;

/** Looks every few milliseconds whether two members of one process serve the same, by clocks that are the same. */
function watchForTwo(cluster: TestCluster) {
  const seen: string[] = [];
  let looks = 0;
  const timer = setInterval(() => {
    looks++;
    for (const id of sampleIds) {
      const serving = cluster.clusters.filter((one) => one.mayServe(id));
      if (serving.length > 1) seen.push(`${id}: ${serving.map(({ self }) => self.name).join(", ")}`);
    }
    if (cluster.clusters.filter((one) => one.isLeader()).length > 1) seen.push("two leaders");
  }, 2);
  return {
    seen,
    end: () => clearInterval(timer),
    get looks() {
      return looks;
    },
  };
}

/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Does one thing to the cluster; hands back what it was. */
async function fault(cluster: TestCluster, alive: Set<TestMember>, next: () => number): Promise<string> {
  const all = [...alive];
  const one = all[Math.floor(next() * all.length)]!;
  const { name } = one.cluster.self;
  const way = one.way;
  switch (Math.floor(next() * 10)) {
    case 0:
      way.cut();
      return `${name} cut`;
    case 1:
      way.hold();
      return `${name} held`;
    case 2:
      way.delay(Math.floor(next() * LEASE_MS));
      return `${name} delayed`;
    case 3:
    case 4:
      way.heal();
      return `${name} healed`;
    case 5:
      if (alive.size < 3) return "nothing";
      alive.delete(one);
      await one.halt();
      return `${name} halted`;
    case 6:
      if (alive.size < 3) return "nothing";
      alive.delete(one);
      void one.cluster.leave();
      return `${name} leaves`;
    case 7:
      if (alive.size >= MOST_MEMBERS) return "nothing";
      alive.add(await cluster.prepare());
      void cluster.members
        .at(-1)!
        .enter()
        .catch(() => {}); // ended before it was in
      return "one joins";
    case 8:
      await cluster.nats.stop("SIGKILL");
      await later(next() * 2 * LEASE_MS);
      if (next() < 0.3) await cluster.nats.forget();
      await cluster.nats.start();
      return "NATS killed and started";
    default:
      await cluster.nats.freeze();
      await later(next() * 2 * LEASE_MS);
      cluster.nats.thaw();
      return "NATS frozen for a while";
  }
}

test.each(seeds())(
  "nobody serves what another may, and all agree soon after peace (seed %i)",
  async (seed) => {
    await using cluster = await testCluster(3, { leaseMs: LEASE_MS });
    const two = watchForTwo(cluster);
    const next = numbers(seed);
    const alive = new Set(cluster.members);
    const done: string[] = [];

    for (let step = 0; step < STEPS; step++) {
      done.push(await fault(cluster, alive, next));
      await later(next() * LEASE_MS);
    }
    for (const { way } of alive) way.heal();
    await cluster.settled([...alive], 12 * LEASE_MS).catch((error: Error) => {
      throw new Error(`${done.join("\n")}\n${error.message}`);
    });
    two.end();

    expect(two.seen, done.join("\n")).toEqual([]);
    expect(two.looks).toBeGreaterThan(100);
  },
);

/** `SEEDS=from-to` for a longer campaign. */
function seeds(): number[] {
  const [from = 5, to = from] = (process.env.SEEDS ?? "").split("-").filter(Boolean).map(Number);
  return Array.from({ length: to - from + 1 }, (_, at) => from + at);
}
