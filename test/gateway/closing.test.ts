// How the port is closed, seen from the connections that are open at that moment.

import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { type ClosePort, closablePort } from "../../src/gateway/http/close-port.ts";

const LONG_MS = 20_000;
const GET = "GET / HTTP/1.1\r\nhost: x\r\n\r\n";

interface Port {
  readonly close: ClosePort;
  /** The answers that wait for the test. */
  readonly inWork: ServerResponse[];
  open(): Promise<{ readonly socket: Socket; readonly closed: Promise<unknown>; said(): string }>;
}

const opened: Socket[] = [];
afterEach(() => {
  for (const socket of opened.splice(0)) socket.destroy();
});

async function listen(): Promise<Port> {
  const inWork: ServerResponse[] = [];
  const server = createServer((_, outgoing) => inWork.push(outgoing));
  const close = closablePort(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const open = async () => {
    const socket = connect(port, "127.0.0.1");
    opened.push(socket);
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk;
    });
    const closed = once(socket, "close");
    await once(socket, "connect");
    return { socket, closed, said: () => text };
  };
  return { close, inWork, open };
}

test("a connection that was busy is closed soon after its answer, though its client would keep it", async () => {
  const { close, inWork, open } = await listen();
  const { socket, closed, said } = await open();
  socket.write(GET);
  await expect.poll(() => inWork.length).toBe(1);

  const isClosed = close(LONG_MS);
  inWork[0]?.end("done");

  await isClosed;
  await closed;
  expect(said()).toMatch(/^HTTP\/1\.1 200 [\s\S]*done/);
}, 5_000);

test("what comes on a busy connection meanwhile is answered as the last of it, and nothing behind it", async () => {
  const { close, inWork, open } = await listen();
  const { socket, closed, said } = await open();
  socket.write(GET);
  await expect.poll(() => inWork.length).toBe(1);

  const isClosed = close(LONG_MS);
  socket.write(GET + GET);
  await expect.poll(() => inWork.length).toBe(2);
  inWork[0]?.end("first");
  inWork[1]?.end("second");

  await isClosed;
  await closed;
  expect(said().match(/^connection: .*$/gim)).toEqual(["Connection: keep-alive", "connection: close"]);
  expect(said()).toContain("second");
}, 5_000);

test("connections that are idle, or have never said anything, are closed at once", async () => {
  const { close, inWork, open } = await listen();
  const [idle] = [await open(), await open()];
  idle.socket.write(GET);
  await expect.poll(() => inWork.length).toBe(1);
  inWork[0]?.end("done");
  await expect.poll(idle.said).toContain("done");

  await close(LONG_MS);
}, 5_000);

test("what is not answered in time is broken off", async () => {
  const { close, inWork, open } = await listen();
  const { socket, closed, said } = await open();
  socket.write(GET);
  await expect.poll(() => inWork.length).toBe(1);

  await close(50);

  await closed;
  expect(said()).toBe("");
});
