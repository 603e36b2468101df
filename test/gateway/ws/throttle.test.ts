import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { inWorkOf } from "../../../src/gateway/ws/in-work.ts";
import { readingOf } from "../../../src/gateway/ws/reading.ts";
import { throttled } from "../../../src/gateway/ws/throttle.ts";

class FakeSocket {
  isPaused = false;

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }
}

describe("reading from a socket", () => {
  test("goes on once nobody holds it back any more", () => {
    const socket = new FakeSocket();
    const hold = readingOf(socket);
    const letGoOfOne = hold();
    const letGoOfOther = hold();

    letGoOfOne();
    expect(socket.isPaused).toBe(true);
    letGoOfOther();
    expect(socket.isPaused).toBe(false);
  });

  test("stops while too much is in work, however often an end is told", () => {
    const socket = new FakeSocket();
    const begin = inWorkOf(readingOf(socket), 2);
    const [end, endOther] = [begin(), begin()];
    expect(socket.isPaused).toBe(true);

    end();
    end();
    expect(socket.isPaused).toBe(false);
    begin();
    expect(socket.isPaused).toBe(true);
    endOther();
    expect(socket.isPaused).toBe(false);
  });
});

describe("a pace", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance", "Date"] }));
  afterEach(() => void vi.useRealTimers());

  function paced(limit: number, intervalMs: number) {
    const socket = new FakeSocket();
    const taken: number[] = [];
    const give = throttled({ limit, intervalMs }, readingOf(socket), (n: number) => void taken.push(n));
    return { socket, taken, give };
  }

  test("lets through what comes slowly, at once and unread nothing", () => {
    const { socket, taken, give } = paced(10, 1_000);
    for (let n = 0; n < 20; n++) {
      give(n);
      expect(taken.length).toBe(n + 1);
      vi.advanceTimersByTime(100);
    }
    expect(socket.isPaused).toBe(false);
  });

  test("keeps the order and the rate of what comes fast, and reads no further meanwhile", () => {
    const { socket, taken, give } = paced(100, 1_000);
    for (let n = 0; n < 60; n++) give(n);

    expect(taken.length).toBe(10); // what 100 ms give
    expect(socket.isPaused).toBe(true);
    vi.advanceTimersByTime(200);
    expect(taken.length).toBeGreaterThanOrEqual(28);
    expect(taken.length).toBeLessThanOrEqual(31);
    vi.advanceTimersByTime(1_000);
    expect(taken).toEqual(Array.from({ length: 60 }, (_, n) => n));
    expect(socket.isPaused).toBe(false);
  });

  test("of less than one message in 100 ms takes one after another", () => {
    const { taken, give } = paced(2, 1_000);
    for (let n = 0; n < 4; n++) give(n);

    expect(taken).toEqual([0]);
    vi.advanceTimersByTime(510);
    expect(taken).toEqual([0, 1]);
    vi.advanceTimersByTime(1_020);
    expect(taken).toEqual([0, 1, 2, 3]);
  });

  test("does not save up for more than a burst while nothing comes", () => {
    const { taken, give } = paced(100, 1_000);
    vi.advanceTimersByTime(60_000);
    for (let n = 0; n < 60; n++) give(n);

    expect(taken.length).toBe(10);
  });
});
