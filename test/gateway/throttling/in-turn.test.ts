import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep, setImmediate as turn } from "node:timers/promises";
import { afterEach, beforeEach, test } from "vitest";
import { serveInTurn } from "../../../src/gateway/throttling/in-turn.ts";
import { request } from "../../campaigns/attacks/wire.ts";
import { listenOnLoopback } from "../../support/loopback.ts";

let server: Server;
let socket: Socket;
let text: string;
let served: number;
let refused: number;

beforeEach(async () => {
  [text, served, refused] = ["", 0, 0];
  server = createServer((incoming, outgoing) => {
    served++;
    setImmediate(() => outgoing.end(incoming.url));
  });
  serveInTurn(server, () => refused++);
  const port = Number((await listenOnLoopback(server)).split(":")[1]);
  socket = connect({ port, host: "127.0.0.1" });
  socket.on("data", (piece) => {
    text += piece;
  });
  await once(socket, "connect");
});
afterEach(() => {
  socket.destroy();
  server.close();
});

const send = (count: number, from = 0) =>
  socket.write(Array.from({ length: count }, (_, i) => request("GET", `/nth-${from + i}.`)).join(""));

const answered = () => (text.match(/nth-\d+\./g) ?? []).length;

test("of requests that come at once a hundred wait, and the next is refused", async () => {
  send(150);
  await once(socket, "close");
  assert.equal(answered(), 101);
  assert.match(text, /nth-100\.HTTP\/1.1 503[\s\S]*gateway:service.unavailable/);
  assert.equal(refused, 0);
});

test("who goes on behind the refusal is ended at once", async () => {
  send(400);
  await once(socket, "close");
  assert.doesNotMatch(text, /503/);
  assert.equal(refused, 1);
});

test("once some waited, the next are read when there are few, so that none is refused", async () => {
  send(20);
  while (answered() < 20) await turn();
  send(1_000, 20);
  while (answered() < 1_020) await turn();
  assert.deepEqual(
    text.match(/nth-\d+\./g),
    Array.from({ length: 1_020 }, (_, i) => `nth-${i}.`),
  );
});

test("what waits for a client that leaves is never begun, and errors have their stacks again", async () => {
  const { stackTraceLimit } = Error;
  send(90);
  while (served < 3) await turn();
  const [connection] = (await Promise.all([once(socket, "close"), socket.destroy()]))[0] as unknown[];
  assert.equal(connection, false);
  await sleep(50);
  assert.ok(served < 90);
  assert.equal(Error.stackTraceLimit, stackTraceLimit);
});
