import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Agenda } from "../../../src/dispatch/announcements/agenda.ts";
import { DuePolicies, RETRY_MS } from "../../../src/dispatch/announcements/due-policies.ts";
import { JournalUnavailable, type PolicyDue } from "../../../src/journal/journal.ts";

const START = Date.parse("2030-01-01T00:00:00Z");
const SIZE = 10;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setImmediate", "clearImmediate", "Date"] });
  vi.setSystemTime(START);
});
afterEach(() => {
  vi.useRealTimers();
});

/** A database that holds these, and a window on it. */
function windowOn(stored: Map<string, number>) {
  const looked: string[] = [];
  const looking = { gate: Promise.resolve() as Promise<void> };
  const database = { isAway: false, reads: 0, gate: Promise.resolve() as Promise<void> };
  const isAfter = (a: PolicyDue, b: PolicyDue) => a.due > b.due || (a.due === b.due && a.id > b.id);
  const list = async (after: PolicyDue, limit: number) => {
    database.reads++;
    if (database.isAway) throw new JournalUnavailable("away");
    const rows = [...stored].map(([id, due]) => ({ id, due }));
    const page = rows.filter((row) => isAfter(row, after)).sort((a, b) => (isAfter(a, b) ? 1 : -1));
    await database.gate;
    return page.slice(0, limit);
  };
  const due = new DuePolicies(
    new Agenda(),
    list,
    async ({ id }) => {
      looked.push(id);
      await looking.gate;
    },
    SIZE,
  );
  return { due, looked, looking, database };
}
const dues = (count: number, at: (n: number) => number) =>
  new Map(Array.from({ length: count }, (_, n) => [`p${String(n).padStart(4, "0")}`, START + at(n)]));
const pass = (millis: number) => vi.advanceTimersByTimeAsync(millis);

test("all policies are looked at when they are due, while few of them are in memory", async () => {
  const stored = dues(500, (n) => n * 10);
  const { due, looked } = windowOn(stored);
  await due.fill();
  let most = 0;
  for (let time = 0; time < 5_100; time += 10) {
    await pass(10);
    most = Math.max(most, due.size);
  }

  expect(looked).toEqual([...stored.keys()]);
  expect(most).toBeLessThanOrEqual(1.5 * SIZE);
});

test("many that are due at the same moment are all looked at", async () => {
  const stored = dues(500, () => 1_000);
  const { due, looked } = windowOn(stored);
  await due.fill();

  await pass(2_000);

  expect(looked.toSorted()).toEqual([...stored.keys()]);
  expect(due.size).toBe(0);
});

test("while those that are due are still looked at, no others are fetched", async () => {
  const { due, looked, looking } = windowOn(dues(500, () => 10));
  const { promise, resolve } = Promise.withResolvers<void>();
  looking.gate = promise;
  await due.fill();

  await pass(60_000);
  expect(looked).toHaveLength(SIZE);
  resolve();
  await pass(60_000);

  expect(looked).toHaveLength(500);
});

test("what is noted later counts, whether it is sooner or not any more", async () => {
  const { due, looked } = windowOn(new Map([["a", START + 1_000]]));
  await due.fill();

  due.note("a", START + 5_000, false);
  due.note("b", START + 10, false);
  due.note("c", START + 20, false);
  due.note("c", Number.POSITIVE_INFINITY, false);
  await pass(2_000);
  expect(looked).toEqual(["b"]);
  await pass(4_000);

  expect(looked).toEqual(["b", "a"]);
});

test("what comes after the window is left to the database, unless that does not know it", async () => {
  const stored = dues(100, (n) => n * 1_000);
  const { due, looked } = windowOn(stored);
  await due.fill();
  await pass(1);
  const before = due.size;

  stored.set("later", START + 90_500);
  due.note("later", START + 90_500, false);
  due.note("own", START + 90_600, true);
  expect(due.size).toBe(before + 1);
  await pass(100_000);

  expect(looked).toHaveLength(102);
  expect(looked.indexOf("own") - looked.indexOf("later")).toBe(1);
});

test("behind policies of which memory knows better the next are found", async () => {
  const stored = dues(30, (n) => n);
  const { due, looked } = windowOn(stored);
  for (const id of [...stored.keys()].slice(0, 25)) due.note(id, START + 3_600_000, true);
  await due.fill();

  await pass(1_000);

  expect(looked).toEqual([...stored.keys()].slice(25));
});

test("memory is cut to the window when many come, and what was cut comes back from the database", async () => {
  const stored = new Map<string, number>();
  const { due, looked } = windowOn(stored);
  await due.fill();
  for (const [id, at] of dues(500, (n) => (n * 7_919) % 5_000)) {
    stored.set(id, at);
    due.note(id, at, false);
    expect(due.size).toBeLessThanOrEqual(2 * SIZE);
  }

  await pass(6_000);

  expect(new Set(looked)).toEqual(new Set(stored.keys()));
});

test("what is noted while a page is read is not lost, even where memory is cut meanwhile", async () => {
  const stored = dues(5, (n) => 100_000 + n);
  const { due, looked, database } = windowOn(stored);
  const { promise, resolve } = Promise.withResolvers<void>();
  database.gate = promise;
  const filling = due.fill();
  for (const [id, at] of dues(500, (n) => 1_000 + n)) {
    stored.set(`n${id}`, at);
    due.note(`n${id}`, at, false);
  }
  resolve();
  await filling;

  await pass(200_000);

  expect(new Set(looked)).toEqual(new Set(stored.keys()));
});

test("a database that is away is asked again, and not more often than that", async () => {
  const { due, looked, database } = windowOn(dues(50, () => 10));
  database.isAway = true;
  await due.fill();
  for (let i = 0; i < 20; i++) due.note(`n${i}`, START + 1, true);
  await pass(RETRY_MS - 1);
  expect(looked).toHaveLength(20);
  expect(database.reads).toBe(1);
  database.isAway = false;

  await pass(RETRY_MS);

  expect(looked).toHaveLength(70);
});
