import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, Socket } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import { test } from "vitest";
import { letInByTurns, restFrom } from "../../../src/gateway/throttling/arrivals.ts";

/** A server that only notes its connections. */
function noting() {
  const server = createServer().removeAllListeners("connection") as Server;
  const letIn: Socket[] = [];
  server.on("connection", (socket: Socket) => {
    letIn.push(socket);
  });
  letInByTurns(server);
  return {
    server,
    letIn,
    arrive(count: number): Socket[] {
      const sockets = Array.from({ length: count }, () => new Socket());
      for (const socket of sockets) server.emit("connection", socket);
      return sockets;
    },
  };
}

test("who comes alone is let in at once", () => {
  const { arrive, letIn } = noting();
  arrive(1);
  assert.equal(letIn.length, 1);
});

test("of many at once some are let in each turn, in their order", async () => {
  const { arrive, letIn } = noting();
  const came = arrive(200);
  const by = [letIn.length];
  while (letIn.length < 200) {
    await turn();
    by.push(letIn.length);
  }
  assert.deepEqual(by, [64, 128, 192, 200]);
  assert.deepEqual(letIn, came);
});

test("after one is cut off for what it sent, the next waits, and more are let in bit by bit", async () => {
  const { arrive, letIn, server } = noting();
  arrive(1);
  restFrom({ server });
  const since = performance.now();
  arrive(20);
  assert.equal(letIn.length, 1);
  while (letIn.length === 1) await turn();
  assert.ok(performance.now() - since > 19);
  const by = [letIn.length];
  while (letIn.length < 21) {
    await turn();
    by.push(letIn.length);
  }
  assert.deepEqual(by, [2, 4, 8, 16, 21]);
});

test("no more than 256 wait", async () => {
  const { arrive, letIn } = noting();
  arrive(64 + 256);
  assert.equal(letIn.length, 64);
  arrive(10);
  assert.equal(letIn.length, 74);
});

test("the error of one that waits is nobody's, and one that is gone is not let in", async () => {
  const { arrive, letIn } = noting();
  const [gone] = arrive(65).slice(64) as [Socket];
  gone.destroy(new Error("reset"));
  await turn();
  await turn();
  assert.equal(letIn.length, 64);
});

test("what was sent before a connection is let in is answered as well", async () => {
  const server = createServer((_, outgoing) => outgoing.end("ok"));
  letInByTurns(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const answers = Array.from({ length: 300 }, () =>
    fetch(`http://127.0.0.1:${port}/`, { headers: { connection: "close" } }).then((answer) => answer.text()),
  );
  assert.deepEqual(new Set(await Promise.all(answers)), new Set(["ok"]));
  server.close();
  await once(server, "close");
});
