import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { PassThrough } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "vitest";
import { readBytes } from "../../../src/gateway/http/body.ts";
import { readOnInTurn } from "../../../src/gateway/throttling/in-pieces.ts";
import { boundUnderWay, UnderWay } from "../../../src/gateway/throttling/under-way.ts";
import { frame, openSession } from "../../campaigns/attacks/frames.ts";
import { json, open, request } from "../../campaigns/attacks/wire.ts";
import { listenOnLoopback } from "../../support/loopback.ts";
import { openDoor } from "../../support/ws-door.ts";

test("two go on in a millisecond, in their order, and who waits again comes last", async () => {
  const connections = Array.from({ length: 100 }, () => new PassThrough());
  const went: number[] = [];
  const since = performance.now();
  for (const [i, connection] of connections.entries()) {
    readOnInTurn(connection, () => {
      went.push(i);
      if (i === 0 && went.length === 1) readOnInTurn(connection, () => went.push(0));
    });
  }
  assert.deepEqual(went, []);

  while (went.length < 101) await sleep(1);
  assert.deepEqual(went, [...Array(100).keys(), 0]);
  const took = performance.now() - since;
  assert.ok(took > 30, String(took));
});

test("who waits already waits once, and is read no further until then", async () => {
  const connection = new PassThrough().resume();
  let times = 0;
  const goOn = () => {
    times++;
    connection.resume();
  };
  readOnInTurn(connection, goOn);
  readOnInTurn(connection, goOn);
  await Promise.resolve();
  assert.ok(connection.isPaused());
  while (connection.isPaused()) await sleep(1);
  await sleep(20);
  assert.equal(times, 1);
});

test("who waits again when nobody else does goes on as well", async () => {
  for (const others of [0, 1, 2, 17]) {
    const connection = new PassThrough();
    let times = 0;
    const again = (): void => {
      if (++times < 5) readOnInTurn(connection, again);
    };
    for (let i = 0; i < others; i++) readOnInTurn(new PassThrough(), () => undefined);
    readOnInTurn(connection, again);
    while (times < 5) await sleep(1);
  }
});

const SENDERS = 16;
const LENGTH = 1_000_000;
/** At 128 MB a second they take longer than this, and a tenth of it where nothing holds them back. */
const LEAST_MS = 80;
const stage = (url: string) => ({
  ...{ url, size: 1, stop: new AbortController().signal },
  ...{ count: () => undefined, wrong: assert.fail },
});

/** How long it takes until nearly all of so many messages has come. */
async function timeOf(underWay: UnderWay, send: () => void): Promise<number> {
  const since = performance.now();
  send();
  while (underWay.bytes < SENDERS * (LENGTH - 1)) await sleep(1);
  return performance.now() - since;
}

test("bodies of a megabyte of many are read in turn, and come whole", async () => {
  const underWay = new UnderWay(Number.POSITIVE_INFINITY, () => undefined);
  const lengths: number[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const bytes = await readBytes(incoming, LENGTH, () => assert.fail());
    lengths.push(bytes.length);
    outgoing.end();
  });
  boundUnderWay(server, underWay);
  const address = await listenOnLoopback(server);
  const to = stage(`http://${address}`);
  const sockets = await Promise.all(Array.from({ length: SENDERS }, () => open(to)));
  const head = request("PUT", "/", { headers: { ...json, "content-length": String(LENGTH) } });
  const took = await timeOf(underWay, () => {
    for (const socket of sockets) socket.write(head + "x".repeat(LENGTH - 1));
  });
  assert.ok(took > LEAST_MS, String(took));
  for (const socket of sockets) socket.write("x");
  while (lengths.length < SENDERS) await sleep(1);
  assert.deepEqual(new Set(lengths), new Set([LENGTH]));
  for (const socket of sockets) socket.destroy();
  server.close();
});

test("so are messages of WebSockets", async () => {
  const underWay = new UnderWay(Number.POSITIVE_INFINITY, () => undefined);
  await using door = await openDoor({ maxFrameBytes: LENGTH }, underWay);
  const to = stage(door.wsUrl.replace(/^ws/, "http"));
  const sessions = await Promise.all(Array.from({ length: SENDERS }, () => openSession(to)));
  const bytes = frame({ payload: "x".repeat(LENGTH) });
  const took = await timeOf(underWay, () => {
    for (const session of sessions) session?.socket.write(bytes.subarray(0, -1));
  });
  assert.ok(took > LEAST_MS, String(took));
  const answers = sessions.map((session) => session && once(session.socket, "data"));
  for (const session of sessions) session?.socket.write(bytes.subarray(-1));
  for (const [answer] of await Promise.all(answers as Promise<[Buffer]>[]))
    assert.match(String(answer), /json.invalid|service.unavailable/);
  assert.equal(underWay.bytes, 0);
  for (const session of sessions) session?.socket.destroy();
});

test("a body that ends while its connection waits is followed by the next request", async () => {
  const server = createServer(async (incoming, outgoing) => {
    outgoing.end(String((await readBytes(incoming, LENGTH, () => assert.fail())).length));
  });
  const address = await listenOnLoopback(server);
  const socket = await open(stage(`http://${address}`));
  let text = "";
  socket.on("data", (piece) => {
    text += piece;
  });
  const chunks = (count: number) => `${`4e20\r\n${"x".repeat(20_000)}\r\n`.repeat(count)}0\r\n\r\n`;
  const head = request("PUT", "/", { headers: { ...json, "transfer-encoding": "chunked" } });
  for (const count of [1, 3, 1, 7]) {
    text = "";
    socket.write(head + chunks(count));
    while (!text.endsWith(`\r\n${20_000 * count}`)) await sleep(1);
  }
  socket.destroy();
  server.close();
});
