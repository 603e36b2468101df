import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { Deadlines } from "../../src/dispatch/acks/deadlines.ts";
import { WaitingRoom } from "../../src/dispatch/acks/waiting-room.ts";
import { policyRules } from "../../src/dispatch/policy-rules.ts";
import type { ThingList } from "../../src/dispatch/thing-list.ts";
import { thingRules } from "../../src/dispatch/thing-rules.ts";
import { openWebSocketDoor } from "../../src/gateway/ws/door.ts";
import { localPubsub } from "../../src/pubsub/pubsub.ts";
import { commandMessage } from "../support/socket.ts";

const BEAT_MS = 100;
const seats = { commands: 1, characters: 1_000 };

/** A door whose commands are never answered, and a client that answers no ping. */
async function silentClient(authenticate = () => ({ subjects: ["nginx:ditto"] })) {
  const faults: unknown[] = [];
  const server = createServer();
  await once(server.listen(0, "127.0.0.1"), "listening");
  const close = openWebSocketDoor(server, {
    authenticate,
    dispatch: () => new Promise(() => undefined),
    list: {} as ThingList,
    pubsub: localPubsub(),
    rules: { thing: thingRules(1_000), policy: policyRules(1_000, () => undefined) },
    waiting: { deadlines: new Deadlines(), room: new WaitingRoom(seats, seats), refusalMs: 1_000 },
    enter: (_, within) => within(),
    maxHeaderBytes: 5_120,
    maxSubjects: 10,
    maxInWork: 1,
    maxBuffered: 1_000_000,
    maxFrameBytes: 1_000_000,
    heartbeatMs: BEAT_MS,
    challenge: true,
    onFault: (error) => faults.push(error),
  });
  const { port } = server.address() as AddressInfo;
  const client = new WebSocket(`ws://127.0.0.1:${port}/ws/2`, { autoPong: false });
  client.on("error", () => undefined);
  return {
    client,
    faults,
    async [Symbol.asyncDispose]() {
      client.terminate();
      await close(0);
      server.close();
    },
  };
}

test("a session that says nothing at all is dropped", async () => {
  await using session = await silentClient();
  await once(session.client, "open");

  const [code] = await once(session.client, "close");

  expect(code).toBe(1006);
});

test("a session that sends messages lives, even if it answers no ping", async () => {
  await using session = await silentClient();
  await once(session.client, "open");

  for (let i = 0; i < 12; i++) {
    session.client.send("STOP-SEND-EVENTS");
    await sleep(BEAT_MS / 2);
  }

  expect(session.client.readyState).toBe(WebSocket.OPEN);
});

test("a session that is read no further lives", async () => {
  await using session = await silentClient();
  await once(session.client, "open");
  session.client.send(JSON.stringify(commandMessage("lamp", "retrieve", "/")));

  await sleep(5 * BEAT_MS);

  expect(session.client.readyState).toBe(WebSocket.OPEN);
});

test("a fault at the handshake ends that connection and is reported", async () => {
  await using session = await silentClient(() => {
    throw new Error("boom");
  });

  await new Promise((resolve) => session.client.on("close", resolve));

  expect(session.faults).toEqual([new Error("boom")]);
});
