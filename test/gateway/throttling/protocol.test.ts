// Limits of WebSocket sessions, and of what comes by them.

import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "vitest";
import { WebSocket } from "ws";
import { commandRate } from "../../../src/gateway/throttling/command-rate.ts";
import { sessionPlaces } from "../../../src/gateway/throttling/sessions.ts";
import { openDoor } from "../../support/ws-door.ts";

const nothing = () => undefined;

/** Opens a session; gives the status of the refusal instead where it is refused. */
async function open(url: string): Promise<WebSocket | number | undefined> {
  const socket = new WebSocket(`${url}/ws/2`);
  const refused = once(socket, "unexpected-response").then(([, response]) => response.statusCode as number);
  socket.on("error", nothing);
  return Promise.race([once(socket, "open").then(() => socket), refused.catch(nothing)]);
}

const modify = (headers: object = {}) =>
  JSON.stringify({
    topic: "org.acme/lamp/things/twin/commands/modify",
    headers: { "correlation-id": "c", ...headers },
    path: "/attributes/n",
    value: 1,
  });

test("there are so many sessions, and a place is free again when one is closed", async () => {
  const places = sessionPlaces({ wsMaxSessions: 5, subjectWsSessions: 2 }, nothing);
  await using door = await openDoor({ places });
  const first = await open(door.wsUrl);
  const second = await open(door.wsUrl);
  assert.ok(first instanceof WebSocket && second instanceof WebSocket);
  assert.equal(await open(door.wsUrl), 429);

  const closed = once(first, "close");
  first.close();
  await closed;
  assert.equal(places.taken, 1);
  assert.ok((await open(door.wsUrl)) instanceof WebSocket);
});

test("commands beyond the rate of a subject are refused with too.many.requests, acknowledgements and answers pass", async () => {
  const rate = commandRate({ subjectCommandsPerSecond: 1, subjectCommandsBurst: 2 }, nothing);
  await using door = await openDoor({ rate });
  const session = await open(door.wsUrl);
  assert.ok(session instanceof WebSocket);
  const told: { status: number; value?: { error: string } }[] = [];
  session.on("message", (data) => told.push(JSON.parse(String(data))));

  for (let i = 0; i < 4; i++) session.send(modify());
  const live = "org.acme/lamp/things/live/commands/modify";
  for (let i = 0; i < 4; i++)
    session.send(
      JSON.stringify({
        topic: live,
        headers: { "correlation-id": `l${i}` },
        path: "/attributes/n",
        status: 204,
      }),
    );
  while (told.length < 4 || door.answers.length < 4) await new Promise((resolve) => setTimeout(resolve, 10));

  assert.deepEqual(told.map(({ status }) => status).sort(), [204, 204, 429, 429]);
  assert.equal(told.find(({ status }) => status === 429)?.value?.error, "too.many.requests");
  assert.equal(door.commands.length, 2);
  session.terminate();
});
