// Members talking to one another over a real nats-server.

import { setTimeout as later } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Cluster } from "../../src/cluster/cluster.ts";
import { Unreachable } from "../../src/cluster/wire.ts";
import { type TestMember, testCluster } from "../support/cluster.ts";

const LONG_MS = 15_000;

/** What one member was told under a topic. */
function heard(cluster: Cluster, topic = "news"): string[] {
  const all: string[] = [];
  cluster.wire.onTold(topic, (payload) => all.push(payload));
  return all;
}

/** The losses that a member was told of. */
function losses(cluster: Cluster): { readonly from: string; readonly silentMs: number }[] {
  const all: { from: string; silentMs: number }[] = [];
  cluster.wire.onLoss((from, silentMs) => all.push({ from, silentMs }));
  return all;
}

async function pairOf(members: readonly TestMember[]): Promise<[Cluster, Cluster]> {
  return [members[0]!.cluster, members[1]!.cluster];
}

const until = (holds: () => boolean) => expect.poll(holds, { timeout: LONG_MS, interval: 10 }).toBe(true);

const failure = (asked: Promise<string>) =>
  asked.then(
    () => "answered",
    (error: unknown) => (error instanceof Unreachable ? { isUndelivered: error.isUndelivered } : error),
  );

test("requests are answered, and all that one says arrives in the order in which it was said", async () => {
  await using cluster = await testCluster(2);
  const [one, other] = await pairOf(cluster.members);
  const arrived: string[] = [];
  other.wire.onTold("news", (payload) => arrived.push(payload));
  other.wire.onRequest("echo", async (payload, from) => {
    arrived.push(payload);
    return `${payload} from ${from}`;
  });

  const answers: Promise<string>[] = [];
  for (let at = 0; at < 1_000; at++) {
    one.wire.tell(other.self.id, "news", `told ${at}`);
    answers.push(one.wire.request(other.self.id, "echo", `asked ${at}`, LONG_MS));
    if (at % 100 === 0) await later(1);
  }

  expect(await Promise.all(answers)).toEqual(
    Array.from({ length: 1_000 }, (_, at) => `asked ${at} from ${one.self.id}`),
  );
  expect(arrived).toEqual(Array.from({ length: 1_000 }, (_, at) => [`told ${at}`, `asked ${at}`]).flat());
});

test("texts of any size that NATS takes arrive, longer ones are refused before they leave", async () => {
  await using cluster = await testCluster(2, { nats: { maxPayload: 100_000 } });
  const [one, other] = await pairOf(cluster.members);
  other.wire.onRequest("length", async (payload) => String(payload.length));
  other.wire.onRequest("grow", async (payload) => "x".repeat(Number(payload)));
  const ask = (topic: string, payload: string) => one.wire.request(other.self.id, topic, payload, LONG_MS);

  const several = Promise.all(Array.from({ length: 20 }, () => ask("length", "ü".repeat(40_000))));

  expect(await several).toEqual(Array.from({ length: 20 }, () => "40000"));
  expect(await failure(ask("length", "ü".repeat(50_000)))).toEqual({ isUndelivered: true });
  expect(await ask("grow", "90000")).toHaveLength(90_000);
  expect(await failure(ask("grow", "100000"))).toEqual({ isUndelivered: false });
});

test("who does not answer, does not know the topic, or is no member is unreachable", async () => {
  await using cluster = await testCluster(2);
  const [one, other] = await pairOf(cluster.members);
  other.wire.onRequest("never", () => new Promise(() => {}));
  other.wire.onRequest("fails", () => Promise.reject(new Error("no")));
  const ask = (to: string, topic: string, ms: number) => failure(one.wire.request(to, topic, "{}", ms));

  expect(await ask(other.self.id, "never", 200)).toEqual({ isUndelivered: false });
  expect(await ask(other.self.id, "fails", LONG_MS)).toEqual({ isUndelivered: false });
  expect(await ask(other.self.id, "unknown", LONG_MS)).toEqual({ isUndelivered: true });
  expect(await ask("nobody", "never", LONG_MS)).toEqual({ isUndelivered: true });
});

test("no more than 20,000 requests are open, and the next is refused at once", async () => {
  await using cluster = await testCluster(2);
  const [one, other] = await pairOf(cluster.members);
  other.wire.onRequest("never", () => new Promise(() => {}));
  const open = Array.from({ length: 20_000 }, () =>
    failure(one.wire.request(other.self.id, "never", "{}", 1_000)),
  );

  expect(await failure(one.wire.request(other.self.id, "never", "{}", 1_000))).toEqual({
    isUndelivered: true,
  });
  expect(new Set((await Promise.all(open)).map((outcome) => JSON.stringify(outcome)))).toEqual(
    new Set(['{"isUndelivered":false}']),
  );
});

test("a member that is gone without a word is noticed at the first request, and its open ones end with it", async () => {
  await using cluster = await testCluster(2);
  const [one, other] = await pairOf(cluster.members);
  other.wire.onRequest("never", () => new Promise(() => {}));
  const open = failure(one.wire.request(other.self.id, "never", "{}", 60_000));
  await later(50);

  await cluster.members[1]!.halt();

  expect(await failure(one.wire.request(other.self.id, "never", "{}", LONG_MS))).toEqual({
    isUndelivered: true,
  });
  expect(await open).toEqual({ isUndelivered: false });
  expect(one.members).toEqual([expect.objectContaining(one.self)]);
});

test("a lost connection is told: to who asked by it, and to who misses something of what was said meanwhile", async () => {
  await using cluster = await testCluster(2, { leaseMs: 3_000 });
  const [one, other] = await pairOf(cluster.members);
  other.wire.onRequest("never", () => new Promise(() => {}));
  const lost = losses(other);
  const news = heard(other);
  one.wire.tell(other.self.id, "news", "before");
  await until(() => news.length === 1);
  const open = failure(one.wire.request(other.self.id, "never", "{}", 60_000));
  await later(50);
  const cutAt = performance.now();

  cluster.members[0]!.way.cut();

  expect(await open).toEqual({ isUndelivered: false });
  one.wire.tell(other.self.id, "news", "lost");
  expect(await failure(one.wire.request(other.self.id, "never", "{}", LONG_MS))).toEqual({
    isUndelivered: true,
  });
  cluster.members[0]!.way.heal();
  await until(() => lost.length > 0);
  expect(lost[0]!.from).toBe(one.self.id);
  expect(lost[0]!.silentMs).toBeGreaterThanOrEqual(performance.now() - cutAt - 500);
  expect(lost[0]!.silentMs).toBeLessThan(10_000);
  one.wire.tell(other.self.id, "news", "after");
  await until(() => news.length === 2);
  expect(news).toEqual(["before", "after"]);
  expect(lost).toHaveLength(1);
});

test("who was cut off itself learns what it may have missed, and what it was asked and has not seen is known not to have arrived", async () => {
  await using cluster = await testCluster(2, { leaseMs: 3_000 });
  const [one, other] = await pairOf(cluster.members);
  const lost = losses(other);
  const news = heard(other);
  one.wire.tell(other.self.id, "news", "before");
  await until(() => news.length === 1);

  cluster.members[1]!.way.cut();
  one.wire.tell(other.self.id, "news", "lost");
  cluster.members[1]!.way.heal();

  await until(() => lost.length > 0);
  expect(lost.map(({ from }) => from)).toEqual([one.self.id]);
  expect(news).toEqual(["before"]);
});

test("all others are asked at once, also one that is away for a while, and one that is gone is not waited for", async () => {
  await using cluster = await testCluster(3, { leaseMs: 3_000 });
  const [one, second, third] = cluster.clusters as [Cluster, Cluster, Cluster];
  const asked: string[] = [];
  for (const other of [second, third])
    other.wire.onRequest("policy", async (payload) => {
      asked.push(`${other.self.name} ${payload}`);
      return "";
    });

  await one.wire.requestAll("policy", "1");
  cluster.members[1]!.way.cut();
  const second_ = one.wire.requestAll("policy", "2");
  await later(300);
  cluster.members[1]!.way.heal();
  await second_;
  await cluster.members[2]!.halt();
  await one.wire.requestAll("policy", "3");

  expect(asked.filter((text) => text.startsWith("node-2"))).toEqual(["node-2 1", "node-2 2", "node-2 3"]);
  expect(asked.filter((text) => text.startsWith("node-3"))).toEqual(["node-3 1", "node-3 2"]);
  expect(one.members.map(({ name }) => name)).toEqual(["node-1", "node-2"]);
});

test("while NATS does not take anything, no more than a bound is kept for it, and it is taken for lost", async () => {
  await using cluster = await testCluster(2);
  const [one, other] = await pairOf(cluster.members);
  const lost = losses(other);
  const payload = "x".repeat(100_000);
  cluster.members[0]!.way.hold();
  const before = process.memoryUsage().rss;

  for (let at = 0; at < 3_000; at++) {
    one.wire.tell(other.self.id, "news", payload);
    if (at % 5 === 4) await new Promise((resolve) => setImmediate(resolve));
  }

  expect(process.memoryUsage().rss - before).toBeLessThan(250_000_000);
  cluster.members[0]!.way.heal();
  await until(() => lost.some(({ from }) => from === one.self.id));
  await cluster.settled();
});
