// What a session is told where other members of a cluster have to know of its wishes first. Their answers come when the test says so.

import { setTimeout as later } from "node:timers/promises";
import { expect, test } from "vitest";
import { ackLabelNotUnique } from "../../../src/pubsub/declared-acks.ts";
import { localPubsub } from "../../../src/pubsub/pubsub.ts";
import { openSession } from "../../support/socket.ts";
import { openDoor } from "../../support/ws-door.ts";

test("a subscription is acknowledged when all members know of it, and what follows it after that", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  await using door = await openDoor({ pubsub: { ...localPubsub(), known: () => promise } });
  await using session = await openSession(door);

  session.send("START-SEND-EVENTS");
  session.send("STOP-SEND-EVENTS");
  await later(50);
  expect(session.inbox).toEqual([]);

  resolve();
  expect([await session.next(), await session.next()]).toEqual([
    "START-SEND-EVENTS:ACK",
    "STOP-SEND-EVENTS:ACK",
  ]);
});

test("a session whose label another member has is told so, and ended", async () => {
  const { promise, reject } = Promise.withResolvers<() => void>();
  await using door = await openDoor({ declaredAcks: { declare: () => promise } });
  await using session = await openSession(door, { "declared-acks": "my:ack" });

  reject(ackLabelNotUnique());
  expect(JSON.parse(await session.next())).toMatchObject({
    value: { error: "acknowledgement:label.not.unique" },
  });
  expect(await session.closed).toEqual({ code: 1000, reason: "acknowledgement:label.not.unique" });
});

test("labels of a session that ended while others were asked are free again", async () => {
  const { promise, resolve } = Promise.withResolvers<() => void>();
  let isFree = false;
  await using door = await openDoor({ declaredAcks: { declare: () => promise } });
  const session = await openSession(door, { "declared-acks": "my:ack" });
  session.socket.close();
  await session.closed;
  await later(20);

  resolve(() => {
    isFree = true;
  });
  await expect.poll(() => isFree).toBe(true);
});
