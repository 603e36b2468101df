// How members log in to NATS, and what they must be allowed there.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { joinCluster } from "../../src/cluster/join.ts";
import { startNats } from "../support/brokers/nats.ts";

const base = { nodeName: "one", leaseMs: 600, log: () => {} };

test("a member proves who it is by certificate and password, and knows the server by its authority", async () => {
  await using nats = await startNats({ tls: "client", authorization: "user: me, password: secret" });
  const folder = await mkdtemp(join(tmpdir(), "pollux-login-"));
  const { ca, clientCert, clientKey } = nats.certificates;
  const file = async (name: string, text: string) => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };
  const tls = {
    ca: await file("ca.pem", ca),
    cert: await file("cert.pem", clientCert),
    key: await file("key.pem", clientKey),
  };

  const cluster = await joinCluster({
    ...{ ...base, clusterName: "login", servers: [nats.uri], user: "me", password: "secret", tls },
  });

  expect(cluster.mayServe("org.test:thing")).toBe(true);
  await cluster.leave();
  expect(cluster.mayServe("org.test:thing")).toBe(false);
  await rm(folder, { recursive: true });
});

test("what docs/cluster.md asks to be allowed is enough", async () => {
  const subjects = ["pollux.m.>", "pollux.n.>", "$KV.pollux_members.>", "_INBOX.>"];
  const listed = subjects.map((subject) => `"${subject}"`).join(", ");
  const permissions = `{ publish: [${listed}, "$JS.API.>"], subscribe: [${listed}] }`;
  await using nats = await startNats({
    authorization: `users: [{ user: me, password: secret, permissions: ${permissions} }]`,
  });
  const options = {
    ...{ ...base, clusterName: "pollux", servers: [nats.uri], user: "me", password: "secret" },
  };

  const one = await joinCluster(options);
  const other = await joinCluster({ ...options, nodeName: "other" });
  other.wire.onRequest("echo", async (payload) => payload);
  await expect.poll(() => one.members.length).toBe(2);

  expect(await one.wire.request(other.self.id, "echo", "{}", 5_000)).toBe("{}");
  await other.leave();
  await one.leave();
});
