// Between the members of a cluster: who may use their subjects of NATS is trusted; who may not, neither speaks nor listens
// there; and what is no word of theirs ends nothing.

import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Cluster } from "../../src/cluster/cluster.ts";
import { joinCluster } from "../../src/cluster/join.ts";
import { type NatsServer, startNats } from "../support/brokers/nats.ts";
import { credentials } from "./nats-client.ts";

const own = ["pollux.m.>", "pollux.n.>", "$KV.pollux_members.>", "_INBOX.>"]
  .map((name) => `"${name}"`)
  .join(", ");
const tenant = '"tenant.>", "_INBOX.tenant.>"';
let nats: NatsServer;
let members: Cluster[];

beforeAll(async () => {
  nats = await startNats({
    authorization: `users: [
      { user: pollux, password: secret, permissions: { publish: [${own}, "$JS.API.>"], subscribe: [${own}] } },
      { user: tenant, password: tenant, permissions: { publish: [${tenant}], subscribe: [${tenant}] } } ]`,
  });
  const options = {
    clusterName: "pollux",
    servers: [nats.uri],
    user: "pollux",
    password: "secret",
    leaseMs: 1_500,
  };
  const join = (nodeName: string) => joinCluster({ ...options, nodeName, log: () => {} });
  members = [await join("one"), await join("two")];
  for (const { wire } of members) wire.onRequest("echo", async (payload) => payload);
  await vi.waitUntil(() => members.every((member) => member.members.length === 2), 10_000);
});
afterAll(async () => {
  await Promise.all(members.map((member) => member.leave()));
  await nats[Symbol.asyncDispose]();
});

const [one, two] = [() => members[0] as Cluster, () => members[1] as Cluster];
const echo = () => one().wire.request(two().self.id, "echo", "{}", 5_000);

test("who has no right to the members' subjects can neither speak nor listen there", async () => {
  const client = await credentials(nats.uri, "tenant", "tenant");
  const subject = `pollux.m.${two().self.id}`;

  expect(await client.refusalOf(`SUB ${subject} 1`)).toContain("Permissions Violation for Subscription");
  expect(await client.refusalOf(`PUB ${subject} 1\r\nx`)).toContain("Permissions Violation for Publish");
  expect(await client.refusalOf("PUB $KV.pollux_members.view 2\r\n{}")).toContain(
    "Permissions Violation for Publish",
  );
  client.end();
  expect(await echo()).toBe("{}");
});

test("without the right password nobody gets in", async () => {
  await expect(credentials(nats.uri, "pollux", "wrong")).rejects.toThrow("Authorization Violation");
});

test("what is no word of a member ends nothing, and is not taken for one", async () => {
  const client = await credentials(nats.uri, "pollux", "secret");
  const from = one().self.id;
  const words = [
    "",
    "x",
    "\0\0",
    from,
    `${from} x`,
    `${from} 1 1`,
    "nobody 1 1 1\nQ 1 echo {}",
    "nobody 1 1 1\nZ",
  ];
  for (const word of words) {
    const bytes = Buffer.byteLength(word);
    for (const { self } of members) client.say(`PUB pollux.m.${self.id} ${bytes}\r\n${word}`);
  }
  await client.told();

  expect(await echo()).toBe("{}");
  expect(await two().wire.request(one().self.id, "echo", "1", 5_000)).toBe("1");
  client.end();
});
