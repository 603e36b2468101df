// What is more than NATS takes: refused for good, or missed by who should have had it.

import { expect, test } from "vitest";
import { prepareCluster } from "../../src/cluster/join.ts";
import { startNats } from "../support/brokers/nats.ts";
import { testCluster } from "../support/cluster.ts";

const nats = { maxPayload: 50_000 };
const long = "x".repeat(60_000);

test("who asks, or answers, what is too long is refused for good, and all are not asked again and again", async () => {
  await using cluster = await testCluster(2, { nats });
  const [one, other] = cluster.clusters;
  let asked = 0;
  other!.wire.onRequest("grow", async () => {
    asked++;
    return long;
  });
  other!.wire.onRequest("echo", async (payload) => payload);

  const ask = (topic: string, payload: string) => one!.wire.request(other!.self.id, topic, payload, 5_000);
  await expect(ask("echo", long)).rejects.toMatchObject({ isUndelivered: true, isPermanent: true });
  await expect(ask("grow", "1")).rejects.toMatchObject({ isUndelivered: false, isPermanent: true });
  await expect(ask("none", "1")).rejects.toMatchObject({ isUndelivered: true, isPermanent: false });
  await expect(one!.wire.requestAll("echo", long)).rejects.toMatchObject({ isPermanent: true });
  await expect(one!.wire.requestAll("grow", "1")).rejects.toMatchObject({ isPermanent: true });
  expect(asked).toBe(2);
  expect(await ask("echo", "short")).toBe("short");
});

test("what is told and too long is missed by its receiver, who is told so, and what comes after it arrives", async () => {
  await using cluster = await testCluster(2, { nats });
  const [one, other] = cluster.clusters;
  const news: string[] = [];
  const lost: string[] = [];
  other!.wire.onTold("news", (payload) => news.push(payload));
  other!.wire.onLoss((from) => lost.push(from));

  one!.wire.tell(other!.self.id, "news", "before");
  one!.wire.tell(other!.self.id, "news", long);
  await expect.poll(() => lost, { timeout: 5_000 }).toEqual([one!.self.id]);
  one!.wire.tellAll("news", long);
  one!.wire.tell(other!.self.id, "news", "after");

  await expect.poll(() => news, { timeout: 5_000 }).toEqual(["before", "after"]);
  expect(lost).toEqual([one!.self.id, one!.self.id]);
});

test("a NATS that takes less than the largest entities need is refused at once, and told why", async () => {
  await using server = await startNats(nats);
  const options = {
    servers: [server.uri],
    clusterName: "narrow",
    nodeName: "one",
    leaseMs: 900,
    log: () => {},
  };

  await expect(prepareCluster({ ...options, leastPayload: 50_001 })).rejects.toThrow(
    /50000 bytes, .* need 50001: raise its max_payload, or lower LIMITS_THINGS_MAX_SIZE/,
  );
  const { halt } = await prepareCluster({ ...options, leastPayload: 50_000 });
  await halt();
});
