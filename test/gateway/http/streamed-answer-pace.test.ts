// How fast answers have to be taken.

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { paced } from "../../../src/gateway/http/streamed-answer-pace.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const KB = 1_000;

/** Takes pieces for some minutes, with pauses in milliseconds, of parts that take some to be made; gives when it was too slow. */
async function tooSlowAfter(pause: number, making: number, minutes = 10): Promise<number | undefined> {
  let found: number | undefined;
  const begin = performance.now();
  async function* made() {
    for (;;) {
      await vi.advanceTimersByTimeAsync(making);
      yield Buffer.alloc(1_000 * KB);
    }
  }
  const { parts, stop } = paced(made(), 60_000, () => {
    found = performance.now() - begin;
  });
  for await (const piece of parts) {
    expect(piece.length).toBeLessThanOrEqual(65_536);
    await vi.advanceTimersByTimeAsync(pause);
    if (found !== undefined || performance.now() - begin > minutes * 60_000) break;
  }
  stop();
  return found;
}

test("who takes less than 10 kB/s for a minute is too slow", async () => {
  expect(await tooSlowAfter(10_000, 0)).toBeLessThanOrEqual(65_000);
});

test("who takes nothing is too slow", async () => {
  expect(await tooSlowAfter(300_000, 0)).toBeLessThanOrEqual(65_000);
});

test("who takes more may do so for as long as he likes", async () => {
  expect(await tooSlowAfter(5_000, 0)).toBeUndefined();
});

test("what takes long to be made is no fault of his", async () => {
  expect(await tooSlowAfter(1, 180_000)).toBeUndefined();
});

test("who was fast once may not be slow for ever", async () => {
  const found = vi.fn();
  async function* made() {
    yield Buffer.alloc(3_000 * KB);
  }
  const { parts, stop } = paced(made(), 60_000, found);
  const pieces = parts[Symbol.asyncIterator]();
  for (let i = 0; i < 30; i++) await pieces.next();

  await vi.advanceTimersByTimeAsync(125_000);

  expect(found).toHaveBeenCalledTimes(1);
  stop();
});
