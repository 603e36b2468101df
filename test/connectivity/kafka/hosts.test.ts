// Which brokers are connected to, against the mock of a cluster, which tells its clients of itself as 127.0.0.1.

import type { LookupAddress } from "node:dns";
import { once } from "node:events";
import { connect as connectTo, createServer, type Server } from "node:net";
import { ConnectionPool } from "@platformatic/kafka";
import { expect, test, vi } from "vitest";
import { guard } from "../../../src/connectivity/connectors/kafka/hosts.ts";
import { hostsBy } from "../../../src/connectivity/net/hosts.ts";
import { startMockKafka } from "../../support/brokers/kcat.ts";
import { aClient, noRules, openClient, textMessage } from "./world.ts";

/** Some host is blocked, so everything internal is; `answers` are what names resolve to, one after the other, the last for ever. */
function blocking(answers: Record<string, string[]>, allowedHostnames: string[] = []) {
  const asked: string[] = [];
  const hosts = hostsBy(
    { ...noRules, blockedHostnames: ["10.255.255.1"], allowedHostnames },
    async (host) => {
      asked.push(host);
      const left = answers[host] ?? [];
      const address = left.length > 1 ? left.shift() : left[0];
      return address === undefined ? [] : [{ address, family: 4 } satisfies LookupAddress];
    },
  );
  return { hosts, asked };
}

const misconfigured = (message: RegExp) => ({
  message: expect.stringMatching(message),
  isMisconfigured: true,
});

test("a broker that the cluster tells of may not be internal, nor one that options name", async () => {
  await using kafka = await startMockKafka();
  // A tunnel's end, say, which whoever gave it has judged.
  const relay = await relayTo(kafka.port);
  const { hosts } = blocking({ "inside.example": ["10.0.0.1"] });
  const config = { bootstrapServers: `inside.example:${kafka.port}` };
  const named = aClient({ port: kafka.port, hosts, config });
  await expect(named.connector.open()).rejects.toMatchObject(
    misconfigured(/'inside.example' must not be used/),
  );

  const advertised = aClient({
    port: portOf(relay),
    host: "127.0.0.2",
    hosts,
    config: { bootstrapServers: "" },
  });
  await expect(advertised.connector.open()).rejects.toMatchObject(
    misconfigured(/'127.0.0.1' must not be used/),
  );
  relay.close();
});

test("names that are allowed lead where they lead", async () => {
  await using kafka = await startMockKafka();
  const { hosts } = blocking({}, ["127.0.0.1"]);
  await using client = await openClient({ port: kafka.port, hosts });
  const published = client.connector.publish({ address: "t", qos: undefined, message: textMessage("x") });
  expect(await published).toEqual({ status: 204 });
});

test("of a name that resolves to something else a moment later only the address counts that was judged", async () => {
  const silent = await listening();
  const heard = once(silent, "connection");
  // The public address cannot be reached from here; the one after it would be the loopback server's.
  const { hosts, asked } = blocking({ "rebound.example": ["192.0.2.1", "127.0.0.1"] });
  const pool = new ConnectionPool("test", { connectTimeout: 300 });
  guard(pool, hosts, false);
  const broker = { host: "rebound.example", port: portOf(silent) };

  await expect(pool.get(broker)).rejects.toThrow(/192\.0\.2\.1|No address/);
  expect(asked).toEqual(["rebound.example"]);
  // Asked again it is judged again, and not connected to.
  await expect(pool.get(broker)).rejects.toMatchObject({
    cause: { message: expect.stringMatching(/127.0.0.1 is a loopback address/) },
    canRetry: false,
  });
  expect(await Promise.race([heard, "nobody"])).toBe("nobody");
  await pool.close();
  silent.close();
});

test("over TLS, too, a name is judged by the answer that is connected to", async () => {
  const silent = await listening();
  const heard = once(silent, "connection");
  const { hosts, asked } = blocking({ "rebound.example": ["192.0.2.1", "127.0.0.1"] });
  const pool = new ConnectionPool("test", { connectTimeout: 300, tls: { lookup: hosts.lookup } });
  guard(pool, hosts, true);

  await expect(pool.get({ host: "rebound.example", port: portOf(silent) })).rejects.toMatchObject({
    cause: { message: expect.stringMatching(/127.0.0.1 is a loopback address/) },
  });
  expect(asked).toHaveLength(2);
  expect(await Promise.race([heard, "nobody"])).toBe("nobody");
  await pool.close();
  silent.close();
});

test("a name with several addresses is connected to by the first that answers, and keeps that connection", async () => {
  const silent = await listening();
  const hosts = {
    restricts: () => true,
    resolve: async () => ["127.0.0.3", "127.0.0.1"].map((address) => ({ address, family: 4 })),
    lookup: () => undefined,
  };
  const pool = new ConnectionPool("test", { connectTimeout: 1_000 });
  guard(pool, hosts, false);
  const broker = { host: "several.example", port: portOf(silent) };
  const connection = await pool.get(broker);
  expect(connection.host).toBe("127.0.0.1");
  expect(await pool.get(broker)).toBe(connection);
  expect(pool.getEstablishedConnection(broker)).toBe(connection);
  await pool.close();
  silent.close();
});

test.for([
  ["in clear", false],
  ["over TLS", true],
] as const)(
  "who wants a broker at once with another gets its connection after that one, %s",
  async ([, isTls]) => {
    const delays = [30, 5];
    const order: string[] = [];
    const dialed = new Set<string>();
    const pool = {
      has: ({ host }: { host: string }) => dialed.has(host),
      getEstablishedConnection: () => undefined,
      async get({ host }: { host: string }) {
        dialed.add(host);
        await later(10);
        return host;
      },
    };
    const hosts = {
      restricts: () => true,
      async resolve() {
        await later(delays.shift() ?? 0);
        return [{ address: "10.0.0.1", family: 4 }];
      },
      lookup: () => undefined,
    };
    const guarded = pool as unknown as ConnectionPool;
    guard(guarded, hosts, isTls);
    const broker = { host: "b1", port: 9092 };
    const get = (name: string) =>
      new Promise<void>((resolve) => {
        guarded.get(broker, () => {
          order.push(name);
          resolve();
        });
      });
    await Promise.all([get("first"), get("second"), later(32).then(() => get("third"))]);
    expect(order).toEqual(["first", "second", "third"]);
    expect(dialed.size).toBe(1);
  },
);

test("a client that is closed while a broker's name is looked up is not opened afterwards", async () => {
  await using kafka = await startMockKafka();
  const relay = await relayTo(kafka.port);
  const looked = Promise.withResolvers<LookupAddress[]>();
  const resolve = vi.fn(() => looked.promise);
  const hosts = { ...hostsBy(noRules), restricts: (host: string) => host === "127.0.0.1", resolve };
  const { connector, statuses } = aClient({
    port: portOf(relay),
    host: "127.0.0.2",
    hosts,
    config: { bootstrapServers: "" },
    sources: [{ addresses: ["left"] }],
  });
  const opening = expect(connector.open()).rejects.toMatchObject({
    name: "ConnectFailure",
    isMisconfigured: false,
  });
  await vi.waitFor(() => expect(resolve).toHaveBeenCalled(), 5_000);
  await connector.close();
  looked.resolve([{ address: "127.0.0.1", family: 4 }]);
  await opening;
  expect(statuses).toEqual([]);
  relay.close();
});

const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Takes connections to 127.0.0.1 only, and says nothing. */
async function listening(): Promise<Server> {
  const server = createServer((socket) => socket.on("error", () => undefined));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

async function relayTo(port: number): Promise<Server> {
  const server = createServer((socket) => {
    const far = connectTo(port, "127.0.0.1");
    socket.pipe(far).pipe(socket);
    for (const one of [socket, far]) one.on("error", () => undefined);
  });
  server.listen(0, "127.0.0.2");
  await once(server, "listening");
  return server;
}

const portOf = (server: Server): number => (server.address() as { port: number }).port;
