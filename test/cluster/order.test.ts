// What goes out before what, and what one failure leaves alone.

import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer, connect as dial } from "node:net";
import { setTimeout as later } from "node:timers/promises";
import { connect } from "@nats-io/transport-node";
import { expect, test } from "vitest";
import { prepareCluster } from "../../src/cluster/join.ts";
import { NatsWire } from "../../src/cluster/nats-wire.ts";
import { startNats } from "../support/brokers/nats.ts";
import { testCluster } from "../support/cluster.ts";

test("an answer that fails at once fails its asker only", async () => {
  await using cluster = await testCluster(2);
  const [one, other] = cluster.clusters;
  const news: string[] = [];
  const lost: string[] = [];
  other!.wire.onLoss((from) => lost.push(from));
  other!.wire.onTold("news", (payload) => news.push(payload));
  other!.wire.onTold("bad", () => {
    throw new Error("unreadable");
  });
  other!.wire.onRequest("bad", () => {
    throw new Error("unreadable");
  });
  other!.wire.onRequest("good", async () => "good");
  const ask = (topic: string) => one!.wire.request(other!.self.id, topic, "{}", 5_000);

  const bad = ask("bad").catch((error: unknown) => error);
  one!.wire.tell(other!.self.id, "bad", "1");
  one!.wire.tell(other!.self.id, "news", "1");
  const good = ask("good");

  expect(await good).toBe("good");
  expect(await bad).toMatchObject({ isUndelivered: false, isPermanent: false });
  expect([news, lost]).toEqual([["1"], []]);
});

test("what was answered a moment before its asker left in order still arrives", async () => {
  await using nats = await startNats();
  const wireOf = async (self: string) => {
    const link = await connect({ servers: nats.uri });
    const wire = new NatsWire({ self, clusterName: "order", now: () => performance.now(), log: () => {} });
    wire.attach(link);
    await link.flush();
    return { wire, link };
  };
  const [one, leaver] = [await wireOf("one"), await wireOf("leaver")];
  one.wire.viewed([{ id: "leaver", since: 1 }]);
  leaver.wire.viewed([{ id: "one", since: 1 }]);
  const leaves = () => one.wire.viewed([], new Set(["leaver"]));
  one.wire.onRequest("echo", async (payload) => {
    // Once the answer is said, and before it is sent.
    void Promise.resolve().then(() => process.nextTick(leaves));
    return payload;
  });

  expect(await leaver.wire.request("one", "echo", "1", 2_000)).toBe("1");
  for (const { wire, link } of [one, leaver]) {
    wire.end();
    await link.close();
  }
});

test("what is said while things are let go goes out before others learn that they are", async () => {
  await using cluster = await testCluster(1);
  const sent: string[] = [];
  const relay = createServer((near) => {
    const far = dial(cluster.nats.port, "127.0.0.1");
    near.on("data", (chunk) => sent.push(chunk.toString()));
    near.on("error", () => far.destroy()).pipe(far);
    far.on("error", () => near.destroy()).pipe(near);
  }).listen(0, "127.0.0.1");
  await once(relay, "listening");
  const {
    cluster: one,
    enter,
    halt,
  } = await prepareCluster({
    servers: [`nats://127.0.0.1:${(relay.address() as AddressInfo).port}`],
    ...{ clusterName: cluster.name, nodeName: "relayed", leaseMs: 1_500, log: () => {} },
  });
  await enter();
  one.watch({ release: async () => one.wire.tellAll("news", "the last") });

  await cluster.join();
  const adopted = `"adopted":${one.epoch}`;
  await expect.poll(() => sent.join(""), { timeout: 5_000 }).toContain(adopted);

  const all = sent.join("");
  expect(all).toContain("T news the last");
  expect(all.indexOf("T news the last")).toBeLessThan(all.indexOf(adopted));
  await halt();
  relay.close();
});

test("a member that leaves in order answers first what it was asked, and says of the rest that there is no answer", async () => {
  await using cluster = await testCluster(2);
  const [one, leaver] = cluster.clusters;
  leaver!.wire.onRequest("slow", (payload) => later(400, payload));
  leaver!.wire.onRequest("never", () => new Promise(() => {}));
  const ask = (topic: string) => one!.wire.request(leaver!.self.id, topic, topic, 20_000);
  const answers = [ask("slow"), ask("never")];
  const settled = Promise.allSettled(answers);
  await later(50);

  await leaver!.leave();
  const askedAt = performance.now();

  expect(await settled).toMatchObject([
    { status: "fulfilled", value: "slow" },
    { status: "rejected", reason: { isUndelivered: false, isPermanent: false } },
  ]);
  expect(performance.now() - askedAt).toBeLessThan(5_000);
});
