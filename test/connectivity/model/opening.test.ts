import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type OpeningPace, openInTurn } from "../../../src/connectivity/opening.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const ids = ["a", "b", "c", "d", "e"];

function opening(pace: Partial<OpeningPace> = {}) {
  const opened: string[] = [];
  const end = openInTurn(ids, (id) => opened.push(id), { delayMs: 0, count: 2, intervalMs: 100, ...pace });
  return { opened, end };
}

test("some are opened at once, the others interval by interval", () => {
  const { opened } = opening();
  expect(opened).toEqual(["a", "b"]);

  vi.advanceTimersByTime(100);
  expect(opened).toEqual(["a", "b", "c", "d"]);

  vi.advanceTimersByTime(1_000);
  expect(opened).toEqual(ids);
});

test("all wait as long as the operator wants", () => {
  const { opened } = opening({ delayMs: 5_000, count: 10 });

  vi.advanceTimersByTime(4_999);
  expect(opened).toEqual([]);

  vi.advanceTimersByTime(1);
  expect(opened).toEqual(ids);
});

test("a server that stops opens no more", () => {
  const { opened, end } = opening();

  end();

  vi.advanceTimersByTime(10_000);
  expect(opened).toEqual(["a", "b"]);
});
