// What a server with small bounds does where many send or read slowly at once.

import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, test } from "vitest";
import { frame, openSession } from "../../campaigns/attacks/frames.ts";
import { json, request, statusOn } from "../../campaigns/attacks/wire.ts";
import { startServer, type TestServer } from "../../support/server.ts";

const THING = "/api/2/things/org.acme:lamp";
const never = new AbortController().signal;

let server: TestServer;
beforeAll(async () => {
  server = await startServer({
    readyWithinMs: 100_000,
    env: {
      MAX_REQUEST_BYTES: "200000",
      MAX_BYTES_UNDER_WAY: "400000",
      MAX_BYTES_UNREAD: "2000000",
      MAX_REQUESTS_AT_ONCE: "150",
      METRICS_SECURED: "false",
    },
  });
  await put(JSON.stringify({ attributes: { text: "x".repeat(90_000) } }));
}, 120_000);
afterAll(() => server[Symbol.asyncDispose]());

const put = async (body: string) => {
  const { status } = await server.fetch(THING, { method: "PUT", headers: json, body });
  assert.ok(status === 201 || status === 204, String(status));
};

/** How many were refused or dropped by now, beside those of the tests before. */
async function refused(): Promise<number> {
  const text = await (await server.fetch("/metrics")).text();
  const [, times] = /^pollux_throttled_total (\d+)/m.exec(text) ?? assert.fail(text);
  return Number(times) - before;
}
let before = 0;

async function opened(): Promise<Socket> {
  const { hostname, port } = new URL(server.url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.on("error", () => undefined);
  await once(socket, "connect");
  return socket;
}

/** What comes on a connection from now on. */
function heard(socket: Socket): { text: string } {
  const heardOf = { text: "" };
  socket.on("data", (piece) => {
    heardOf.text += piece;
  });
  return heardOf;
}

const stage = () => ({ url: server.url, size: 1, stop: never, count: () => undefined, wrong: assert.fail });

/** Sends most of a body. */
async function begun(): Promise<Socket> {
  const socket = await opened();
  const headers = { ...json, "content-length": "199000" };
  socket.write(`${request("PUT", `${THING}/attributes/a`, { headers })}"${"x".repeat(150_000)}`);
  await sleep(100);
  return socket;
}

test("requests that are sent together are answered in turn, and too many of them refused", async () => {
  const socket = await opened(); // nobody was cut off yet, so that all of it is read at once
  const answers = heard(socket);
  socket.write(request("GET", "/api/2/whoami").repeat(5));
  while (answers.text.split("HTTP/1.1 200").length < 6) await sleep(10);

  socket.write(request("GET", "/api/2/whoami").repeat(150));
  await once(socket, "close");
  assert.match(answers.text, /HTTP\/1.1 503[\s\S]*gateway:service.unavailable/);
});

test("the body that is longest under way is refused with 503, others are taken", async () => {
  const first = await begun();
  const answer = once(first, "data");
  const second = await begun();
  const third = await begun();

  const text = String((await answer)[0]);
  assert.match(text, /^HTTP\/1.1 503 [\s\S]*retry-after: 1[\s\S]*"error":"gateway:service.unavailable"/i);
  assert.equal(first.destroyed || (await once(first, "close").then(() => true)), true);
  second.write(`${" ".repeat(48_998)}"`);
  assert.equal(await statusOn(second, stage()), 413, "a text of 199 kB is read, and too long for a thing");
  await put("{}");
  await put(JSON.stringify({ attributes: { text: "x".repeat(90_000) } }));
  for (const socket of [second, third]) socket.destroy();
});

test("so is the message of a WebSocket, which is closed with 1013", async () => {
  const sessions = await Promise.all([1, 2, 3, 4].map(() => openSession(stage())));
  for (const session of sessions) {
    session?.socket.write(frame({ told: 190_000n, payload: "x".repeat(150_000) }));
    await sleep(50);
  }
  assert.equal(await sessions[0]?.closed, 1013);
  for (const session of sessions) session?.socket.destroy();
});

test("a body that comes byte by byte is refused", async () => {
  const socket = await opened();
  const headers = { ...json, "transfer-encoding": "chunked" };
  socket.write(request("PUT", `${THING}/attributes/a`, { headers }));
  socket.write("1\r\n \r\n".repeat(20_000));
  assert.equal(await statusOn(socket, stage()), 503);
  await once(socket, "close");
});

test("of who comes after that, all are answered that he sends together: they are read in slices", async () => {
  const socket = await opened();
  const answers = heard(socket);
  socket.write(request("GET", "/api/2/whoami").repeat(400));
  while (answers.text.split("HTTP/1.1 200").length < 401) await sleep(10);
  socket.destroy();
});

test("connections are ended whose requests are too many together with those of others", async () => {
  before += await refused();
  const deaf = await Promise.all(Array.from({ length: 40 }, opened));
  for (const socket of deaf) {
    socket.pause();
    socket.write(request("GET", THING).repeat(190));
  }
  while ((await refused()) < 10) await sleep(20);
  assert.equal((await server.fetch(THING)).status, 200);
  for (const socket of deaf) socket.destroy();
  await sleep(300);
  const socket = await opened();
  socket.write(request("GET", "/api/2/whoami").repeat(50));
  assert.equal(await statusOn(socket, stage()), 200, "there is space again");
  socket.destroy();
});

test("long bodies and messages come whole, however many there are at once", async () => {
  const text = "y".repeat(90_000);
  const bodies = Array.from({ length: 4 }, () => JSON.stringify({ attributes: { text } }));
  await Promise.all(bodies.map(put));
  const session = await openSession(stage());
  assert.ok(session);
  const { socket } = session;
  const message = {
    topic: "org.acme/lamp/things/twin/commands/modify",
    path: "/attributes/text",
    headers: { "correlation-id": "long" },
    value: text,
  };
  const answers = heard(socket);
  const bytes = frame({ payload: JSON.stringify(message) });
  for (let at = 0; at < bytes.length; at += 20_000) {
    socket.write(bytes.subarray(at, at + 20_000));
    await sleep(10);
  }
  while (!/"correlation-id":"long"[\s\S]*"status":204/.test(answers.text)) await sleep(10);
  socket.destroy();
});

test("requests whose clients have left take no place", async () => {
  for (let i = 0; i < 20; i++) {
    const socket = await opened();
    socket.write(request("GET", THING).repeat(50));
    await sleep(i);
    socket.destroy();
  }
  await sleep(300);
  const answers = await Promise.all(Array.from({ length: 100 }, () => server.fetch("/api/2/whoami")));
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
});

test("requests without sense behind a body that waits for its turn do no harm", async () => {
  const socket = await opened();
  socket.write(request("GET", THING));
  const headers = { ...json, "transfer-encoding": "chunked" };
  socket.write(request("PUT", `${THING}/attributes/a`, { headers }));
  socket.write(`4e20\r\n"${"x".repeat(19_998)}"\r\n0\r\n\r\n`);
  socket.write("GET / HTTP/1.1\r\n\r\n".repeat(4_000));
  const answers = heard(socket);
  await once(socket, "close");
  assert.match(answers.text, /^HTTP\/1.1 200/);
  assert.equal((await server.fetch(THING)).status, 200);
});

test("those who read nothing are dropped where too much waits for all of them, others are served", async () => {
  before += await refused();
  const deaf = await Promise.all(Array.from({ length: 40 }, opened));
  for (const socket of deaf) socket.pause();
  // The kernel takes some megabytes for each before anything waits in the server.
  for (let wave = 0; wave < 60 && (await refused()) === 0; wave++) {
    for (const socket of deaf) socket.write(request("GET", THING).repeat(50));
    await sleep(100);
  }
  assert.equal((await server.fetch(THING)).status, 200);
  assert.ok((await refused()) > 0);
  for (const socket of deaf) socket.destroy();
});
