import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { commandMessage } from "../support/socket.ts";
import { openDoor } from "../support/ws-door.ts";

const BEAT_MS = 100;

/** A door whose commands are never answered, and a client that answers no ping. */
async function silentClient(authenticate = () => ({ subjects: ["nginx:ditto"] })) {
  const dispatch = () => new Promise<never>(() => undefined);
  const door = await openDoor({ authenticate, dispatch, heartbeatMs: BEAT_MS, maxInWork: 1 });
  const client = new WebSocket(`${door.wsUrl}/ws/2`, { autoPong: false });
  client.on("error", () => undefined);
  return {
    client,
    faults: door.faults,
    async [Symbol.asyncDispose]() {
      client.terminate();
      await door[Symbol.asyncDispose]();
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
