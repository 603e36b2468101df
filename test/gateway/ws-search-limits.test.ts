// Searches over the WebSocket: what ends with them, and what no client can make of them.

import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Outlet } from "../../src/conversation/outlet.ts";
import { sessionSearches } from "../../src/conversation/searches.ts";
import { type FakeOptions, fakeSearch, found, pagesOf } from "../support/fake-search.ts";
import { openSession } from "../support/socket.ts";
import { openDoor } from "../support/ws-door.ts";

const say = (action: string, value: object) => ({
  topic: `_/_/things/twin/search/${action}`,
  headers: { "correlation-id": action },
  path: "/",
  value,
});
const subscribe = say("subscribe", {});
const request = (demand: unknown, subscriptionId = "0") => say("request", { subscriptionId, demand });
const failure = (error: string) => ({
  topic: "_/_/things/twin/search/failed",
  value: { error: { error } },
});
const manyPages = (count: number, text?: string) =>
  Array.from({ length: count }, (_, i) => [found(`org.acme:${i}`, text)]);

describe("a search of which nothing is asked", () => {
  test("fails after a while, and ends what it reads from", async () => {
    const fake = fakeSearch(pagesOf("a", "b"));
    await using door = await openDoor({ search: fake.search, searchIdleMs: 60 });
    await using session = await openSession(door);
    await session.ask(subscribe);
    await session.ask(request(1));

    expect(await session.message()).toMatchObject({
      ...failure("thing-search:subscription.timeout"),
      headers: { "correlation-id": "request" },
    });
    expect(fake.cancelled()).toBe(1);
  });

  test("fails although no page was ever asked for, with the headers that began it", async () => {
    await using door = await openDoor({ search: fakeSearch([]).search, searchIdleMs: 30 });
    await using session = await openSession(door);
    await session.ask(subscribe);

    expect(await session.message()).toMatchObject({
      ...failure("thing-search:subscription.timeout"),
      headers: { "correlation-id": "subscribe" },
    });
    expect(await session.ask(request(1))).toMatchObject(failure("thing-search:subscription.protocol.error"));
  });

  test("goes on as long as it is asked for more in time", async () => {
    await using door = await openDoor({ search: fakeSearch(manyPages(10)).search, searchIdleMs: 300 });
    await using session = await openSession(door);
    await session.ask(subscribe);

    for (let i = 0; i < 5; i++) {
      expect(await session.ask(request(1))).toMatchObject({ topic: "_/_/things/twin/search/next" });
      await sleep(120);
    }
  });
});

describe("a search ends with its session", () => {
  const token = (expiresAt: number) => ({ text: "t", expiresAt, claims: {}, headers: undefined });

  test("when the client leaves", async () => {
    const fake = fakeSearch(pagesOf("a", "b"));
    await using door = await openDoor({ search: fake.search });
    const session = await openSession(door);
    await session.ask(subscribe);
    await session.ask(request(1));

    await session[Symbol.asyncDispose]();

    await vi.waitFor(() => expect(fake.cancelled()).toBe(1));
  });

  test("when the token of the session is over", async () => {
    const fake = fakeSearch(pagesOf("a", "b"));
    await using door = await openDoor({
      search: fake.search,
      authenticate: () => ({ subjects: ["nginx:ditto"], token: token(Date.now() + 200) }) as never,
    });
    await using session = await openSession(door);
    await session.ask(subscribe);
    await session.ask(request(1));

    expect((await session.closed).reason).toBe("gateway:websocket.session.expired");
    expect(fake.cancelled()).toBe(1);
  });

  test("when the server stops, which its client is told", async () => {
    const fake = fakeSearch(pagesOf("a", "b"));
    const door = await openDoor({ search: fake.search });
    await using session = await openSession(door);
    await session.ask(subscribe);
    await session.ask(request(1));

    const closed = door[Symbol.asyncDispose]();

    expect(await session.message()).toMatchObject(failure("thing-search:subscription.aborted"));
    expect(fake.cancelled()).toBe(1);
    await closed;
  });
});

describe("a client that does not read", () => {
  const large = `{"attributes":{"text":"${"x".repeat(4_000_000)}"}}`;

  test("makes the server read no more pages until it does, and its session goes on", async () => {
    const fake = fakeSearch(manyPages(20, large));
    await using door = await openDoor({ search: fake.search, maxBuffered: 100_000 });
    await using session = await openSession(door);
    await session.ask(subscribe);
    session.socket.pause();
    session.send(request(20));

    let last = -1;
    await vi.waitFor(
      async () => {
        const now = fake.read();
        const isStill = now === last;
        last = now;
        expect(isStill).toBe(true);
      },
      { interval: 300, timeout: 5_000 },
    );
    expect(fake.read()).toBeLessThan(15); // the kernel takes some
    session.send(say("cancel", { subscriptionId: "none" })); // although so much waits, what answers it may
    await sleep(50);
    session.socket.resume();

    const topics: string[] = [];
    for (let i = 0; i < 21; i++) topics.push((await session.message()).topic);
    expect(topics.filter((topic) => topic.endsWith("next"))).toHaveLength(20);
    expect(topics.filter((topic) => topic.endsWith("failed"))).toHaveLength(1);
  });

  test("reads as slowly as it likes from several searches at once", async () => {
    const fake = fakeSearch(manyPages(5, large));
    await using door = await openDoor({ search: fake.search, maxBuffered: 100_000 });
    await using session = await openSession(door);
    for (let i = 0; i < 4; i++) await session.ask(subscribe);
    session.socket.pause();
    for (let i = 0; i < 4; i++) session.send(request(5, String(i)));
    await sleep(300);
    session.socket.resume();

    for (let i = 0; i < 20; i++) expect((await session.message()).topic).toMatch(/next$/);
  });
});

test("a demand beyond 64 bits goes on until the end", async () => {
  await using door = await openDoor({ search: fakeSearch(manyPages(300)).search });
  await using session = await openSession(door);
  await session.ask(subscribe);
  const most = JSON.stringify(request(0)).replace('"demand":0', '"demand":9223372036854775807');

  for (let i = 0; i < 3; i++) session.send(most);

  for (let i = 0; i < 300; i++) expect((await session.message()).topic).toMatch(/next$/);
  expect((await session.message()).topic).toMatch(/complete$/);
});

describe("the searches of a session", () => {
  const asker = { auth: { subjects: ["s"] }, reach: undefined, headers: {}, length: 100 };
  const begin = { action: "subscribe" } as const;
  const ask = (subscriptionId: string) => ({ action: "request", subscriptionId, demand: 1 }) as const;
  const cancel = (subscriptionId: string) => ({ action: "cancel", subscriptionId }) as const;

  function searches(options: FakeOptions & { drained?: Promise<void> } = {}) {
    const sent: string[] = [];
    const outlet: Outlet = {
      send: (text) => sent.push(text),
      sendPage: async (text) => void sent.push(text),
      drained: async () => options.drained,
    };
    const fake = fakeSearch(pagesOf("a", "b"), options);
    const its = sessionSearches(outlet, {
      search: fake.search,
      searchIdleMs: 60_000,
      onFault: () => undefined,
    });
    const take = (command: Parameters<typeof its.take>[0], length = 100) => {
      sent.length = 0;
      its.take(command, { ...asker, length });
      return sent.map((text) => {
        const { topic, value } = JSON.parse(text);
        return [topic.split("/").at(-1), value.error?.error ?? value.subscriptionId];
      });
    };
    return { ...fake, take, end: its.end };
  }

  afterEach(() => {
    vi.useRealTimers();
  });

  test("are 100 at once at most; one more fails, until another is over", () => {
    const { take, end } = searches();
    for (let i = 0; i < 100; i++) expect(take(begin)).toEqual([["created", String(i)]]);

    expect(take(begin)).toEqual([
      ["created", "100"],
      ["failed", "too.many.requests"],
    ]);
    expect(take(cancel("7"))).toEqual([]);
    expect(take(begin)).toEqual([["created", "101"]]);
    expect(take(begin)).toContainEqual(["failed", "too.many.requests"]);
    end();
  });

  test("hold no more than a million characters, but for one that is longer", () => {
    const { take, end } = searches();
    expect(take(begin, 3_000_000)).toEqual([["created", "0"]]);
    expect(take(begin, 1)).toContainEqual(["failed", "too.many.requests"]);

    take(cancel("0"));
    for (const length of [600_000, 400_000]) expect(take(begin, length)).toHaveLength(1);
    expect(take(begin, 1)).toContainEqual(["failed", "too.many.requests"]);
    end();
  });

  test("read two pages at once, in the order in which they are asked for", async () => {
    const { promise: held, resolve: free } = Promise.withResolvers<void>();
    const { take, read, cancelled, end } = searches({ before: () => held });
    for (let i = 0; i < 10; i++) take(begin);
    for (let i = 0; i < 10; i++) take(ask(String(i)));

    await sleep(20);
    expect(read()).toBe(2);
    take(cancel("5")); // waits for its turn, and has begun nothing
    free();
    await sleep(20);
    expect(read()).toBe(9);
    expect(cancelled()).toBe(0);
    end();
    expect(cancelled()).toBe(9);
  });

  test("begin nothing as long as what was sent before is not taken", async () => {
    const { promise: drained, resolve: drain } = Promise.withResolvers<void>();
    const { take, read, end } = searches({ drained });
    take(begin);
    take(ask("0"));
    await sleep(20);
    expect(read()).toBe(0);

    drain();

    await sleep(20);
    expect(read()).toBe(1);
    end();
  });

  test("are remembered for ten seconds after they are over", () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const { take } = searches();
    take(begin);
    take(cancel("0"));

    vi.advanceTimersByTime(9_900);
    expect(take(ask("0"))).toEqual([["failed", "thing-search:subscription.protocol.error"]]);
    vi.advanceTimersByTime(200);
    expect(take(ask("0"))).toEqual([["failed", "thing-search:subscription.not.found"]]);
    expect(take(cancel("0"))).toEqual([["failed", "thing-search:subscription.not.found"]]);
  });
});
