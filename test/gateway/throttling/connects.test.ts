import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, createServer, type Socket } from "node:net";
import { test } from "vitest";
import { type ConnectSettings, limitConnects } from "../../../src/gateway/throttling/connects.ts";

const unlimited: ConnectSettings = {
  maxConnections: 1_000,
  addressConnections: 0,
  addressConnectsPerSecond: 0,
  trustedProxies: 0,
  maxRequestBytes: 1_000,
  maxBytesUnderWay: 1_000,
  maxBytesUnread: 1_000,
};

async function limitedServer(settings: Partial<ConnectSettings>) {
  let refused = 0;
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on("error", () => undefined).write("hello");
  });
  limitConnects(server, { ...unlimited, ...settings }, () => {
    refused++;
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    /** Connects; gives the socket, or nothing where it is closed without a word. */
    async open(localAddress = "127.0.0.1"): Promise<Socket | undefined> {
      const socket = connect({ port, host: "127.0.0.1", localAddress });
      socket.on("error", () => undefined);
      const closed = once(socket, "close").then(() => undefined);
      const greeted = once(socket, "data").then(() => socket);
      return Promise.race([greeted.catch(() => undefined), closed]);
    },
    refused: () => refused,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
}

test("one address has so many connections, and may have others once some are closed", async () => {
  await using server = await limitedServer({ addressConnections: 2 });
  const first = await server.open();
  assert.ok(first && (await server.open()));
  assert.equal(await server.open(), undefined);
  assert.ok(await server.open("127.0.0.2"), "another address is let in");

  first.destroy();
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.ok(await server.open());
  assert.equal(server.refused(), 1);
});

test("who connects too often is closed at once, others are not", async () => {
  await using server = await limitedServer({ addressConnectsPerSecond: 2 });
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => server.open()));

  assert.equal(outcomes.filter((socket) => socket !== undefined).length, 4);
  assert.equal(server.refused(), 16);
  assert.ok(await server.open("127.0.0.3"));
});

test("in all there are so many connections, whoever has them", async () => {
  await using server = await limitedServer({ maxConnections: 2 });
  assert.ok((await server.open("127.0.0.1")) && (await server.open("127.0.0.2")));

  assert.equal(await server.open("127.0.0.3"), undefined);
  assert.equal(server.refused(), 1);
});

test("behind proxies, from which all connections come, addresses are not counted", async () => {
  await using server = await limitedServer({
    addressConnections: 1,
    addressConnectsPerSecond: 1,
    trustedProxies: 1,
  });

  assert.ok((await server.open()) && (await server.open()) && (await server.open()));
});
