import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import { connect, Socket } from "node:net";
import { setTimeout as sleep, setImmediate as turn } from "node:timers/promises";
import { test } from "vitest";
import { letInByTurns, restAfter } from "../../../src/gateway/throttling/arrivals.ts";
import { listenOnLoopback } from "../../support/loopback.ts";

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
  const came = arrive(150);
  const by = [letIn.length];
  while (letIn.length < 150) {
    await turn();
    by.push(letIn.length);
  }
  assert.deepEqual(by, [64, 128, 150]);
  assert.deepEqual(letIn, came);
});

test("after one is cut off for what it sent, the next waits, and more are let in bit by bit", async () => {
  const { arrive, letIn, server } = noting();
  arrive(1);
  const since = performance.now();
  restAfter({ server });
  arrive(20);
  assert.equal(letIn.length, 1);
  while (letIn.length === 1) await turn();
  assert.ok(performance.now() - since > 15);
  const by = [letIn.length];
  while (letIn.length < 21) {
    await turn();
    by.push(letIn.length);
  }
  assert.deepEqual(by, [2, 4, 8, 16, 21]);
});

test("so it is with those who come when that is over", async () => {
  const { arrive, letIn, server } = noting();
  restAfter({ server });
  await sleep(30);
  arrive(20);
  const by = [letIn.length];
  while (letIn.length < 20) {
    await turn();
    by.push(letIn.length);
  }
  assert.deepEqual(by, [0, 1, 3, 7, 15, 20]);
});

test("who is cut off again and again does not keep others out", async () => {
  const { arrive, letIn, server } = noting();
  arrive(1);
  const again = setInterval(() => restAfter({ server }), 1);
  arrive(3);
  while (letIn.length < 4) await sleep(1);
  clearInterval(again);
});

test("one that leaves without a word while it waits is closed", async () => {
  const closed: unknown[] = [];
  const server = createServer();
  letInByTurns(server);
  const address = await listenOnLoopback(server);
  restAfter({ server });
  server.prependListener("connection", (socket: Socket) => socket.once("close", () => closed.push(socket)));
  const sockets = Array.from({ length: 3 }, () => connect(Number(address.split(":")[1]), "127.0.0.1").end());
  while (closed.length < 3) await sleep(1);
  for (const socket of sockets) socket.destroy();
  server.close();
});

test("no more than 128 wait", async () => {
  const { arrive, letIn } = noting();
  arrive(64 + 128);
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
  const server = createServer((incoming, outgoing) => {
    incoming.resume().on("end", () => outgoing.end("ok"));
  });
  letInByTurns(server);
  const address = await listenOnLoopback(server);
  restAfter({ server });
  const bodies = [undefined, "x", "x".repeat(50_000), "x".repeat(300_000)];
  const answers = bodies.map((body) =>
    fetch(`http://${address}/`, { method: body ? "PUT" : "GET", ...(body && { body }) }).then((answer) =>
      answer.text(),
    ),
  );
  assert.deepEqual(new Set(await Promise.all(answers)), new Set(["ok"]));
  server.closeAllConnections();
  server.close();
});
