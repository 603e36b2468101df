// Event streams that send no faster than an operator wants them.

import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test, vi } from "vitest";
import { Early } from "../../src/gateway/sse/early.ts";
import { type EventBytes, eventBytes } from "../../src/gateway/sse/event-bytes.ts";
import type { Message } from "../../src/signals/live.ts";
import { changed, type EventDoorOptions, openEventDoor } from "./event-door.ts";

const THINGS = "/api/2/things";
const LAMP = `${THINGS}/org.acme:lamp`;

async function listening(path: string, options: EventDoorOptions) {
  const door = await openEventDoor(options);
  const stream = door.listen(path);
  await expect.poll(() => door.subscriptions.size, { interval: 5 }).toBe(1);
  return Object.assign(door, { stream });
}

const said = (values: readonly number[]) => values.map((value) => `data:${value}\n\n`);

describe("a stream with a pace", () => {
  test("sends what comes too early later, all of it in order, while others are not kept waiting", async () => {
    await using door = await openEventDoor({ pace: { limit: 2, intervalMs: 300 } });
    const first = door.listen(`${LAMP}/attributes/a`);
    await expect.poll(() => door.subscriptions.size, { interval: 5 }).toBe(1);
    const begun = performance.now();
    for (const value of [1, 2, 3, 4, 5]) door.deliver(changed("/attributes/a", value));
    const second = door.listen(`${LAMP}/attributes/a`);
    await expect.poll(() => door.subscriptions.size, { interval: 5 }).toBe(2);
    door.deliver(changed("/attributes/a", 6));

    await expect.poll(() => second.events(), { interval: 5 }).toEqual(said([6]));
    expect(performance.now() - begun).toBeLessThan(300);
    expect(first.events()).toEqual(said([1, 2]));
    await expect.poll(() => first.events().length, { interval: 5 }).toBe(4);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(295);
    await expect.poll(() => first.events(), { interval: 5 }).toEqual(said([1, 2, 3, 4, 5, 6]));
    expect(performance.now() - begun).toBeGreaterThanOrEqual(595);
  });

  test("may be one of messages", async () => {
    await using door = await listening(`${LAMP}/inbox/messages`, { pace: { limit: 1, intervalMs: 200 } });
    const begun = performance.now();

    for (const subject of ["a", "b"]) door.deliver(message(subject));

    await expect
      .poll(() => door.stream.events(), { interval: 5 })
      .toEqual(["data:\nevent:a\n\n", "data:\nevent:b\n\n"]);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(195);
  });

  test("tells all of the past before it ends", async () => {
    const left = [[1, 2], [3]].map((page) =>
      page.map((value) => ({ event: changed("/attributes/a", value), historicalHeaders: {} })),
    );
    await using door = await openEventDoor({
      pace: { limit: 1, intervalMs: 150 },
      openPast: async () => ({ next: async () => left.shift(), cancel: () => undefined }),
    });
    const begun = performance.now();

    const stream = door.listen(`${LAMP}/attributes/a?from-historical-revision=0`);

    await expect.poll(() => stream.isOver(), { interval: 5 }).toBe(true);
    expect(stream.events()).toEqual(said([1, 2, 3]));
    expect(performance.now() - begun).toBeGreaterThanOrEqual(295);
  });

  test("says that it is there while events wait for their time", async () => {
    await using door = await listening(`${LAMP}/attributes/a`, { pace: { limit: 1, intervalMs: 60_000 } });

    for (const value of [1, 2]) door.deliver(changed("/attributes/a", value));

    await expect.poll(() => door.stream.said(), { timeout: 1_500 }).toContain("\r\ndata:\n\n\r\n");
    expect(door.stream.said()).not.toContain("data:2");
  });

  test("ends, and says why, when more waits than it may hold", async () => {
    await using door = await listening(THINGS, {
      pace: { limit: 1, intervalMs: 60_000 },
      maxBuffered: 100_000,
    });

    const big = changed("/attributes/a", "x".repeat(40_000));
    door.deliver(big);
    await expect.poll(() => door.stream.events()).toHaveLength(1);
    for (let i = 0; i < 3; i++) door.deliver(big);
    expect(door.subscriptions.size).toBe(1);
    door.deliver(big);

    expect(door.subscriptions.size).toBe(0);
    await expect.poll(() => door.stream.isOver()).toBe(true);
    expect(door.stream.events()).toHaveLength(2);
    expect(door.stream.events()[1]).toContain('"error":"gateway:streaming.session.aborted"');
  });

  test("ends when its reader leaves while events wait", async () => {
    await using door = await listening(THINGS, { pace: { limit: 1, intervalMs: 100 } });

    for (const value of [1, 2, 3]) door.deliver(changed("/attributes/a", value));
    door.stream.socket.destroy();

    await expect.poll(() => door.subscriptions.size).toBe(0);
    await sleep(150); // what waited would be sent now
    expect(door.faults).toEqual([]);
  });
});

const message = (subject: string): Message => ({
  says: "message",
  id: "org.acme:lamp",
  direction: "to",
  subject,
  headers: {},
  auth: { subjects: ["nginx:ditto"] },
});

describe("events that are early", () => {
  afterEach(() => void vi.useRealTimers());

  /** A pace of two events a second, and what it let through. */
  function early() {
    vi.useFakeTimers();
    const passed: EventBytes[] = [];
    const onEmpty = vi.fn();
    const events = new Early({ limit: 2, intervalMs: 1_000 }, (event) => passed.push(event), onEmpty);
    return { events, passed, onEmpty };
  }

  test("need a timer only while one waits", () => {
    const { events, passed, onEmpty } = early();
    const [a, b, c] = ["a", "b", "c"].map(eventBytes) as [EventBytes, EventBytes, EventBytes];

    events.send(a);
    events.send(b);
    expect([vi.getTimerCount(), events.size]).toEqual([0, 0]);
    events.send(c);
    expect(vi.getTimerCount()).toBe(1);
    expect(events.size).toBeGreaterThan(c.chunk.length);
    expect(onEmpty).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1_000);

    expect(passed).toEqual([a, b, c]);
    expect([vi.getTimerCount(), events.size]).toEqual([0, 0]);
    expect(onEmpty).toHaveBeenCalledOnce();
  });

  test("never pass more than the pace allows, and keep their order when others come", () => {
    const { events, passed } = early();
    const all = Array.from({ length: 9 }, (_, i) => eventBytes(String(i)));

    const counts = all.map((event) => {
      events.send(event);
      vi.advanceTimersByTime(250);
      return passed.length;
    });
    vi.advanceTimersByTime(5_000);

    expect(counts).toEqual([1, 2, 2, 4, 4, 4, 4, 6, 6]);
    expect(passed).toEqual(all);
  });

  test("are forgotten at the end, and their timer with them", () => {
    const { events, passed } = early();
    for (const text of ["a", "b", "c", "d"]) events.send(eventBytes(text));

    events.clear();
    vi.advanceTimersByTime(5_000);

    expect(passed).toHaveLength(2);
    expect([vi.getTimerCount(), events.size]).toEqual([0, 0]);
  });

  test("wait out an interval that is longer than a timer can be", () => {
    vi.useFakeTimers();
    const passed: EventBytes[] = [];
    const days = 40 * 24 * 3_600_000;
    const events = new Early({ limit: 1, intervalMs: days }, (event) => passed.push(event), vi.fn());

    for (const text of ["a", "b"]) events.send(eventBytes(text));
    vi.advanceTimersByTime(days - 1);
    expect(passed).toHaveLength(1);
    vi.advanceTimersByTime(1);

    expect(passed).toHaveLength(2);
  });
});
