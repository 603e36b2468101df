// Past events over the WebSocket, as far as the door decides.

import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test, vi } from "vitest";
import type { OpenPast, PastEvent } from "../../src/dispatch/history/past-events.ts";
import { thingNotFound } from "../../src/things/errors.ts";
import { upTo } from "../journal/appends.ts";
import { openSession } from "../support/socket.ts";
import { openDoor } from "../support/ws-door.ts";

const id = "org.acme:lamp";
const say = (action: string, value: object, start = "org.acme/lamp/things/twin") => ({
  topic: `${start}/streaming/${action}`,
  headers: { "correlation-id": action },
  path: "/",
  value,
});
const subscribe = say("subscribeForPersistedEvents", { fromHistoricalRevision: 1 });
const request = (demand: number, subscriptionId = "0") => say("request", { subscriptionId, demand });
const failure = (error: string) => ({
  topic: "org.acme/lamp/things/twin/streaming/failed",
  value: { error: { error } },
});

const eventOf = (revision: number): PastEvent => ({
  event: {
    ...{ kind: "thing", id, action: "modified", path: ["attributes", "n"], value: revision },
    ...{ revision, timestamp: Date.UTC(2026, 0, 1), headers: {} },
  },
  historicalHeaders: {},
});

/** A past of so many events. */
function pastOf(count: number, before: () => Promise<void> = async () => undefined) {
  const asked: unknown[] = [];
  let cancelled = 0;
  const openPast: OpenPast = async (kind, entity, range, { subjects }) => {
    asked.push([kind, entity, range, subjects]);
    let told = 0;
    return {
      async next(max) {
        await before();
        if (told === count) return undefined;
        const events = upTo(Math.min(max, count - told)).map((n) => eventOf(told + n));
        told += events.length;
        return events;
      },
      get isOver() {
        return told === count;
      },
      cancel: () => cancelled++,
    };
  };
  return { openPast, asked, cancelled: () => cancelled };
}

describe("a stream of past events", () => {
  test("is told as its client asks for it, and is opened with the first request", async () => {
    const past = pastOf(3);
    await using door = await openDoor({ openPast: past.openPast });
    await using session = await openSession(door);

    expect(await session.ask(subscribe)).toEqual({
      topic: "org.acme/lamp/things/twin/streaming/created",
      headers: { "correlation-id": "subscribeForPersistedEvents", "content-type": "application/json" },
      path: "/",
      value: { subscriptionId: "0" },
    });
    expect(past.asked).toEqual([]);
    session.send(request(2));
    for (const revision of [1, 2]) {
      expect(await session.message()).toMatchObject({
        topic: "org.acme/lamp/things/twin/streaming/next",
        headers: { "correlation-id": "request" },
        value: {
          subscriptionId: "0",
          item: { revision, headers: { "correlation-id": subscribe.headers["correlation-id"] } },
        },
      });
    }
    await sleep(20);
    expect(session.inbox).toEqual([]);
    expect(past.asked).toEqual([["thing", id, { fromRevision: 1, path: [] }, ["nginx:ditto"]]]);

    session.send(request(1));
    expect(await session.message()).toMatchObject({ value: { item: { revision: 3 } } });
    expect((await session.message()).topic).toBe("org.acme/lamp/things/twin/streaming/complete");
    expect(await session.ask(request(1))).toMatchObject(failure("streaming.subscription.protocol.error"));
  });

  test("of a policy is told on its topics", async () => {
    const past = pastOf(0);
    await using door = await openDoor({ openPast: past.openPast });
    await using session = await openSession(door);
    const start = "org.acme/lamp/policies";
    expect((await session.ask(say("subscribeForPersistedEvents", {}, start))).topic).toBe(
      `${start}/streaming/created`,
    );
    expect((await session.ask(say("request", { subscriptionId: "0", demand: 1 }, start))).topic).toBe(
      `${start}/streaming/complete`,
    );
    expect(past.asked).toEqual([["policy", id, { path: [] }, ["nginx:ditto"]]]);
  });

  test("that is refused fails once something is asked of it", async () => {
    await using door = await openDoor({ openPast: () => Promise.reject(thingNotFound(id)) });
    await using session = await openSession(door);
    expect((await session.ask(subscribe)).topic).toMatch(/created$/);
    expect(await session.ask(request(1))).toMatchObject(failure("things:thing.notfound"));
  });

  test("ends in silence when it is cancelled, and without a subscription there is none", async () => {
    const past = pastOf(9);
    await using door = await openDoor({ openPast: past.openPast });
    await using session = await openSession(door);
    await session.ask(subscribe);
    await session.ask(request(1));
    session.send(say("cancel", { subscriptionId: "0" }));
    expect(await session.ask(request(1, "7"))).toMatchObject(failure("streaming.subscription.not.found"));
    expect(past.cancelled()).toBe(1);
  });

  test.each([0, -1])("of which %d events are asked for fails", async (demand) => {
    await using door = await openDoor({ openPast: pastOf(1).openPast });
    await using session = await openSession(door);
    await session.ask(subscribe);
    expect(await session.ask(request(demand))).toMatchObject(
      failure("streaming.subscription.protocol.error"),
    );
  });

  test("fails after a while in which nothing is asked of it", async () => {
    const past = pastOf(2);
    await using door = await openDoor({ openPast: past.openPast, searchIdleMs: 50 });
    await using session = await openSession(door);
    await session.ask(subscribe);
    await session.ask(request(1));
    expect(await session.message()).toMatchObject(failure("streaming.subscription.timeout"));
    expect(past.cancelled()).toBe(1);
  });

  test("is cancelled with its session, also while it is read", async () => {
    const { promise: held, resolve: free } = Promise.withResolvers<void>();
    const past = pastOf(9, () => held);
    await using door = await openDoor({ openPast: past.openPast });
    const session = await openSession(door);
    await session.ask(subscribe);
    session.send(request(5));
    await vi.waitFor(() => expect(past.asked).toHaveLength(1));
    await session[Symbol.asyncDispose]();
    await vi.waitFor(() => expect(past.cancelled()).toBe(1));
    free();
  });

  test("fails when the server stops, which its client is told", async () => {
    const door = await openDoor({ openPast: pastOf(9).openPast });
    await using session = await openSession(door);
    await session.ask(subscribe);
    const closed = door[Symbol.asyncDispose]();
    expect(await session.message()).toMatchObject(failure("gateway:streaming.session.aborted"));
    await closed;
  });

  test("is numbered beside the searches of the session", async () => {
    await using door = await openDoor({ openPast: pastOf(1).openPast });
    await using session = await openSession(door);
    for (const subscriptionId of ["0", "1"])
      expect(await session.ask(subscribe)).toMatchObject({ value: { subscriptionId } });
    const search = { topic: "_/_/things/twin/search/subscribe", headers: {}, path: "/", value: {} };
    expect(await session.ask(search)).toMatchObject({ value: { subscriptionId: "0" } });
  });
});

test("a malformed message is answered with an error, whether or not a response is required", async () => {
  await using door = await openDoor({ openPast: pastOf(1).openPast });
  await using session = await openSession(door);
  const headers = { "correlation-id": "c", "response-required": false };
  const wrong = { ...say("subscribeForPersistedEvents", { filter: 5 }), headers };
  expect(await session.ask(wrong)).toMatchObject({
    topic: "org.acme/lamp/things/twin/errors",
    headers: { "correlation-id": "c" },
    value: { error: "json.invalid" },
  });
});
