// What a refused handshake of a WebSocket leaves behind, whatever its client does: nothing.

import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect, type Server } from "node:net";
import { expect, test, vi } from "vitest";
import { authenticationFailed } from "../../../src/gateway/auth/errors.ts";
import { openWebSocketDoor, type WebSocketParts } from "../../../src/gateway/ws/door.ts";

const handshake =
  "GET /ws/2 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
  "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/** A door that lets nobody in, which counts its connections. */
async function closedDoor() {
  const server = createServer();
  const close = openWebSocketDoor(server, {
    authenticate: () => {
      throw authenticationFailed();
    },
    enter: (_: unknown, within: () => Response) => within(),
    heartbeatMs: 60_000,
    asksForBasic: false,
  } as unknown as WebSocketParts);
  let taken = 0;
  server.on("upgrade", () => taken++);
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  return {
    client: () => connect({ port, host: "127.0.0.1", allowHalfOpen: true }).on("error", () => {}),
    /** How many handshakes came. */
    taken: () => taken,
    connections: () => connectionsOf(server),
    async [Symbol.asyncDispose]() {
      await close(0);
      server.close();
    },
  };
}

const connectionsOf = (server: Server): Promise<number> =>
  new Promise((resolve, reject) =>
    server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  );

test("a client that does not close its side is closed", async () => {
  await using door = await closedDoor();
  const client = door.client();
  client.write(handshake);
  const [answer] = (await once(client, "data")) as [Buffer];
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 401 /);
  await vi.waitFor(async () => expect(await door.connections()).toBe(0));
  client.destroy();
});

test("a client that went on sending and left is noticed", async () => {
  await using door = await closedDoor();
  const clients = Array.from({ length: 5 }, () => door.client());
  for (const client of clients) client.write(handshake + "x".repeat(1_000_000));
  await vi.waitFor(() => expect(door.taken()).toBe(5));
  for (const client of clients) client.destroy();
  await vi.waitFor(async () => expect(await door.connections()).toBe(0));
});
