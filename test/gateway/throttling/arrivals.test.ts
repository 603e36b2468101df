import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, Socket } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import { test } from "vitest";
import { letInByTurns, restFrom } from "../../../src/gateway/throttling/arrivals.ts";

/** A server whose connections take so many milliseconds of the turn in which they are let in. */
function costly(ms: number) {
  const server = createServer().removeAllListeners("connection") as Server;
  const letIn: Socket[] = [];
  server.on("connection", (socket: Socket) => {
    const until = performance.now() + ms;
    while (performance.now() < until);
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
  const { arrive, letIn } = costly(0);
  arrive(1);
  assert.equal(letIn.length, 1);
});

test("of many at once some are let in each turn, in their order, and fewer where they cost much", async () => {
  const { arrive, letIn } = costly(1);
  const came = arrive(200);
  assert.equal(letIn.length, 16);
  const each: number[] = [];
  while (letIn.length < 200) {
    const before = letIn.length;
    await turn();
    each.push(letIn.length - before);
  }
  assert.ok(Math.max(...each) <= 8 && Math.min(...each) > 0, String(each));
  assert.deepEqual(letIn, came);
});

test("after one is cut off for what it sent, the next waits", async () => {
  const { arrive, letIn, server } = costly(0);
  arrive(1);
  restFrom({ server });
  const since = performance.now();
  arrive(2);
  assert.equal(letIn.length, 1);
  while (letIn.length < 3) await turn();
  assert.ok(performance.now() - since > 20);
});

test("no more than 256 wait", async () => {
  const { arrive, letIn } = costly(0);
  arrive(16 + 256);
  assert.equal(letIn.length, 16);
  arrive(10);
  assert.equal(letIn.length, 26);
});

test("the error of one that waits is nobody's, and one that is gone is not let in", async () => {
  const { arrive, letIn } = costly(0);
  const [gone] = arrive(17).slice(16) as [Socket];
  gone.destroy(new Error("reset"));
  await turn();
  await turn();
  assert.equal(letIn.length, 16);
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
