import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Beating, Heart } from "../../src/gateway/sse/heart.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Something with a heart, which tells how often it beat. */
function beating(heart: Heart) {
  const one = { lastSent: 0, beats: 0, beat: () => void one.beats++ };
  return { one, stop: heart.beatFor(one), send: () => sent(heart, one) };
}

const sent = (heart: Heart, one: Beating): void => {
  one.lastSent = heart.tick;
};

test("a heart beats after a second of silence, and each second of it", () => {
  const { one } = beating(new Heart());

  vi.advanceTimersByTime(900);
  expect(one.beats).toBe(0);
  vi.advanceTimersByTime(100);
  expect(one.beats).toBe(1);
  vi.advanceTimersByTime(3_000);
  expect(one.beats).toBe(4);
});

test("what was sent puts the next beat off", () => {
  const { one, send } = beating(new Heart());

  for (let i = 0; i < 10; i++) {
    vi.advanceTimersByTime(700);
    send();
  }

  expect(one.beats).toBe(0);
  vi.advanceTimersByTime(1_000);
  expect(one.beats).toBe(1);
});

test("a thousand hearts are one timer, which ends with the last of them", () => {
  const heart = new Heart();
  const all = Array.from({ length: 1_000 }, () => beating(heart));
  expect(vi.getTimerCount()).toBe(1);

  vi.advanceTimersByTime(1_000);
  expect(all.every(({ one }) => one.beats === 1)).toBe(true);
  for (const { stop } of all) stop();

  expect(vi.getTimerCount()).toBe(0);
});

test("whoever is gone beats no more, even if a beat ended him", () => {
  const heart = new Heart();
  const other = beating(heart);
  const beats: number[] = [];
  const stop = heart.beatFor({
    lastSent: 0,
    beat() {
      beats.push(heart.tick);
      stop();
    },
  });
  other.stop();

  vi.advanceTimersByTime(5_000);

  expect(beats).toEqual([10]);
  expect(other.one.beats).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
});
