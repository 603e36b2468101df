import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Agenda } from "../../../src/dispatch/announcements/agenda.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setImmediate", "clearImmediate", "Date"] });
});
afterEach(() => {
  vi.useRealTimers();
});

test("tasks are run in the order of their moments, each once, with one timer", async () => {
  const agenda = new Agenda();
  const done: number[] = [];
  const start = Date.now();
  for (let i = 0; i < 2_000; i++) {
    const at = (i * 7_919) % 2_000;
    agenda.plan(start + at, () => done.push(at));
  }
  expect(vi.getTimerCount()).toBe(1);

  await vi.advanceTimersByTimeAsync(999);
  expect(done).toEqual(Array.from({ length: 1_000 }, (_, i) => i));
  await vi.advanceTimersByTimeAsync(1_001);

  expect(done).toEqual(Array.from({ length: 2_000 }, (_, i) => i));
  expect(agenda.size).toBe(0);
});

test("what is past is run soon, and not before the caller has gone on", async () => {
  const agenda = new Agenda();
  const done: string[] = [];
  agenda.plan(0, () => done.push("past"));
  done.push("caller");

  await vi.advanceTimersByTimeAsync(1);

  expect(done).toEqual(["caller", "past"]);
});

test("what is called off is not run, and leaves nothing behind", async () => {
  const agenda = new Agenda();
  const done: number[] = [];
  const later = Date.now() + 3_600_000;
  for (let i = 0; i < 10_000; i++) agenda.plan(later, () => done.push(i))();
  const callOff = agenda.plan(Date.now() + 10, () => done.push(-1));
  agenda.plan(Date.now() + 20, () => done.push(1));
  callOff();
  callOff();
  expect(agenda.size).toBe(1);

  await vi.advanceTimersByTimeAsync(4_000_000);

  expect(done).toEqual([1]);
  expect(agenda.size).toBe(0);
});

test("the clock is looked at once a minute, since it may be set", async () => {
  const agenda = new Agenda();
  let isDone = false;
  agenda.plan(Date.now() + 30 * 24 * 3_600_000, () => {
    isDone = true;
  });
  vi.setSystemTime(Date.now() + 30 * 24 * 3_600_000);

  await vi.advanceTimersByTimeAsync(60_000);

  expect(isDone).toBe(true);
});

test("a closed agenda runs nothing", async () => {
  const agenda = new Agenda();
  let runs = 0;
  agenda.plan(Date.now() + 5, () => runs++);
  agenda.close();
  agenda.plan(Date.now(), () => runs++);

  await vi.advanceTimersByTimeAsync(100);

  expect(runs).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
});
