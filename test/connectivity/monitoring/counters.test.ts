import fc from "fast-check";
import { expect, test } from "vitest";
import { EventCounter, MinuteCounter } from "../../../src/connectivity/monitoring/counters.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const start = Date.UTC(2026, 0, 1);

test("what happened is counted in each window that it is in", () => {
  const counter = new EventCounter();
  for (const at of [0, 30_000, 5 * MINUTE, 3 * HOUR]) counter.add(start + at);

  const now = start + 3 * HOUR + 1;
  expect(counter.counts(now)).toEqual({ PT1M: 1, PT1H: 1, PT24H: 4 });
  expect(counter.counts(now + 2 * MINUTE)).toEqual({ PT1M: 0, PT1H: 1, PT24H: 4 });
  expect(counter.counts(now + 2 * HOUR)).toEqual({ PT1M: 0, PT1H: 0, PT24H: 4 });
  expect(counter.counts(now + 48 * HOUR)).toEqual({ PT1M: 0, PT1H: 0, PT24H: 0 });
  expect(counter.lastAt).toBe(start + 3 * HOUR);
});

test("a reset empties the windows, and leaves when something was counted last", () => {
  const counter = new EventCounter();
  counter.add(start);
  counter.reset();

  expect(counter.counts(start)).toEqual({ PT1M: 0, PT1H: 0, PT24H: 0 });
  expect(counter.lastAt).toBe(start);
});

test("throttling counts the minutes in which it happened", () => {
  const counter = new MinuteCounter();
  for (const at of [0, 1, 2, MINUTE, 2 * HOUR, 2 * HOUR + 1]) counter.add(start + at);

  expect(counter.counts(start + 2 * HOUR + 2)).toEqual({ PT1M: 1, PT1H: 1, PT24H: 3 });
  expect(counter.counts(start + 2 * HOUR + MINUTE + 2)).toEqual({ PT1M: 0, PT1H: 1, PT24H: 3 });
  counter.reset();
  expect(counter.counts(start + 2 * HOUR + 2)).toEqual({ PT1M: 0, PT1H: 0, PT24H: 0 });
});

/** The numbers by Ditto's slots: those that began within the window. */
function counted(times: readonly number[], now: number, windowMs: number, slotMs: number): number {
  const slotOf = (time: number) => Math.floor(time / slotMs);
  return times.filter((time) => slotOf(time) > slotOf(now - windowMs) && slotOf(time) <= slotOf(now)).length;
}

test("whatever happens when, the windows hold what their slots do", () => {
  const pauses = fc.array(fc.integer({ min: 0, max: 3 * HOUR }), { maxLength: 40 });
  fc.assert(
    fc.property(pauses, fc.integer({ min: 0, max: 30 * HOUR }), (each, wait) => {
      const counter = new EventCounter();
      let now = start;
      const times = each.map((pause) => {
        now += pause;
        counter.add(now);
        return now;
      });
      now += wait;
      expect(counter.counts(now)).toEqual({
        PT1M: counted(times, now, MINUTE, 10_000),
        PT1H: counted(times, now, HOUR, MINUTE),
        PT24H: counted(times, now, 24 * HOUR, HOUR),
      });
    }),
  );
});
