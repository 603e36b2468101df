// A thing as it was after each of its events.

import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { JsonObject, JsonValue } from "../../../src/base/json/json.ts";
import { type Path, printPath, readPath } from "../../../src/base/json/pointer.ts";
import {
  type PastState,
  type PastStatesRange,
  pastStates,
} from "../../../src/dispatch/history/past-states.ts";
import { type Journal, JournalUnavailable } from "../../../src/journal/journal.ts";
import type { AuthContext, CommandAction } from "../../../src/signals/signal.ts";
import { upTo } from "../../journal/appends.ts";
import { storages, useJournal } from "../../journal/storages.ts";
import { ditto, thingId, type World, worldOn } from "../../support/dispatch.ts";
import { HeldJournal } from "../../support/journal.ts";

const start = Date.UTC(2026, 0, 1);
const guest: AuthContext = { subjects: ["acme:guest"] };
const n: Path = ["attributes", "n"];

let journal: HeldJournal;
let world: World;

/** A thing of ten revisions, a second from one to the next; each sets its number. */
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: start });
  journal = new HeldJournal({ flowing: true });
  world = worldOn(journal);
  await write("create", "/", {});
  for (const number of upTo(10).slice(1)) await write("modify", "/attributes/n", number);
});
afterEach(() => {
  vi.useRealTimers();
});

async function write(
  action: CommandAction,
  path: string,
  value?: JsonValue,
  kind: "thing" | "policy" = "thing",
): Promise<void> {
  vi.setSystemTime(Date.now() + 1_000);
  expect(await world.ask(action, path, value, { kind })).toHaveProperty("status");
}

const at = (revision: number) => start + revision * 1_000;

async function all(range: PastStatesRange, auth = ditto, id = thingId): Promise<readonly PastState[]> {
  const states: PastState[] = [];
  for await (const state of pastStates(world.parts)(id, range, auth)) states.push(state);
  return states;
}

/** Revisions with what was at a path then. */
const values = async (range: PastStatesRange, path = n, auth = ditto) =>
  (await all(range, auth)).map((state) => [state.event.revision, state.valueAt(path)]);
const numbers = (first: number, last: number) =>
  upTo(last)
    .slice(first - 1)
    .map((revision) => [revision, revision === 1 ? undefined : revision]);

const refusalOf = (action: () => Promise<unknown>): Promise<unknown> =>
  action().then(
    () => "nothing",
    ({ code }) => code,
  );
const grant = (resources: JsonObject) =>
  write("modify", "/entries/guest", { subjects: { "acme:guest": { type: "guest" } }, resources }, "policy");
const reads = (...paths: readonly string[]) =>
  Object.fromEntries(paths.map((path) => [path, { grant: ["READ"], revoke: [] }]));

describe("a range", () => {
  const cases: readonly (readonly [range: PastStatesRange, first: number, last: number])[] = [
    [{}, 1, 10],
    [{ fromRevision: 1, toRevision: 3 }, 1, 3],
    [{ fromRevision: 8 }, 8, 10],
    [{ fromRevision: -3 }, 8, 10],
    [{ fromRevision: -3, toRevision: -2 }, 8, 9],
    [{ fromRevision: -100, toRevision: 2 }, 1, 2],
    [{ fromRevision: 9, toRevision: 99 }, 9, 10],
    [{ fromRevision: 11 }, 11, 10],
    [{ fromRevision: 5, toRevision: 4 }, 11, 10],
    [{ from: at(9) }, 9, 10],
    [{ from: at(8) + 1, to: at(9) }, 9, 9],
    [{ to: at(2) + 999 }, 1, 2],
    [{ from: at(99) }, 11, 10],
    [{ to: at(0) }, 11, 10],
    [{ from: at(3), toRevision: 5 }, 3, 5],
    [{ fromRevision: 4, from: at(3), to: at(5), toRevision: 9 }, 4, 5],
    [{ fromRevision: 3, from: at(6) }, 6, 10],
  ];
  test.each(cases)("%j is from %i to %i, each with its state", async (range, first, last) => {
    expect(await values(range)).toEqual(numbers(first, last));
  });

  test("of many pages begins near its start", async () => {
    for (const number of upTo(290)) await write("modify", "/attributes/n", number + 10);
    await world.snapshots.thing.flush();
    let asked = 0;
    const readEvents = journal.readEvents.bind(journal);
    journal.readEvents = (...query) => {
      asked++;
      return readEvents(...query);
    };
    expect(await values({ from: at(250), to: at(252) })).toEqual(numbers(250, 252));
    expect(asked).toBe(1);
    expect(await values({})).toEqual(numbers(1, 300));
    expect(asked).toBe(7);
  });

  test("ends with the newest event of the time when it is begun", async () => {
    const states = pastStates(world.parts)(thingId, { fromRevision: 9 }, ditto)[Symbol.asyncIterator]();
    await states.next();
    await write("modify", "/attributes/n", 11);
    expect((await states.next()).value?.event.revision).toBe(10);
    expect((await states.next()).done).toBe(true);
  });

  test("ends where it is aborted", async () => {
    for (const number of upTo(100)) await write("modify", "/attributes/n", number);
    const abort = new AbortController();
    const seen: number[] = [];
    for await (const { event } of pastStates(world.parts)(thingId, { signal: abort.signal }, ditto)) {
      seen.push(event.revision);
      abort.abort();
    }
    expect(seen).toEqual([1]);
  });
});

describe("where the clean-up was", () => {
  /** Cuts rows before a revision, and keeps states at some. */
  function cut(oldest: number, kept: readonly number[]): void {
    const key = `thing ${thingId}`;
    const rows = journal.rows.get(key)!;
    const state = JSON.stringify({ thingId, policyId: thingId, attributes: { n: 0 } });
    journal.rows.set(key, rows.slice(oldest - 1));
    journal.kept.set(
      key,
      kept.map((revision) => ({
        ...{ kind: "thing", id: thingId, revision, metadata: null },
        ...{ state: state.replace("0", String(revision)), created: at(1), modified: at(revision) },
      })),
    );
  }

  test("it begins with the oldest event, of which the state is kept", async () => {
    cut(5, [5]);
    expect(await values({})).toEqual(numbers(5, 10));
    expect(await values({ fromRevision: 2, toRevision: 6 })).toEqual(numbers(5, 6));
    expect(await values({ from: at(1) })).toEqual(numbers(5, 10));
  });

  test("it begins later where a state is only kept then, or not at all", async () => {
    cut(5, [7]);
    expect(await values({})).toEqual(numbers(7, 10));
    cut(1, []);
    expect(await values({})).toEqual([]);
  });
});

test("states go through deletions, and merges are applied", async () => {
  await write("merge", "/attributes", { n: null, m: { a: 1 } });
  await write("merge", "/attributes/m", { b: 2 });
  await write("delete", "/");
  await write("create", "/", { policyId: thingId, attributes: { n: 99 } });
  const states = await all({ fromRevision: 10 });
  const seen = states.map((state) => [state.valueAt(n), state.valueAt(["attributes", "m"])]);
  expect(seen).toEqual([
    [10, undefined],
    [undefined, { a: 1 }],
    [undefined, { a: 1, b: 2 }],
    [undefined, undefined],
    [99, undefined],
  ]);
  expect(states.map(({ event }) => event.action)).toEqual([
    ...["modified", "merged", "merged", "deleted", "created"],
  ]);
  const { originator: _, ...last } = world.published.at(-1)!;
  expect(states.at(-1)?.event).toEqual(last);
});

describe("only some paths", () => {
  test("leave out what touches none of them, and keep their values right", async () => {
    await write("modify", "/features", { f: { properties: { p: 1, q: 1 } } });
    await write("merge", "/", { features: { f: { properties: { q: 2 } } } });
    await write("merge", "/", { features: { f: { properties: { p: 3 } } } });
    await write("modify", "/attributes/n", 14);
    await write("delete", "/features/f/properties/p");
    const p = readPath("/features/f/properties/p");
    expect(await values({ only: [p] }, p)).toEqual([
      [1, undefined],
      [11, 1],
      [13, 3],
      [15, undefined],
    ]);
    expect(await values({ only: [p], fromRevision: 12 }, p)).toEqual([
      [13, 3],
      [15, undefined],
    ]);
  });

  test("read the same as all events do", async () => {
    const key = fc.constantFrom("n", "m", "k");
    const leaf = fc.constantFrom<JsonValue>(1, 2, { n: 1 }, { m: { n: 2 } }, {});
    const path = fc.array(key, { minLength: 1, maxLength: 3 }).map((keys) => ["attributes", ...keys]);
    const change = fc.tuple(fc.constantFrom<CommandAction>("modify", "merge", "delete"), path, leaf);
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 60 }), path, async (changes, looked) => {
        journal = new HeldJournal({ flowing: true });
        world = worldOn(journal);
        await write("create", "/", {});
        for (const [action, changed, value] of changes)
          await world.ask(action, printPath(changed), action === "delete" ? undefined : value);
        const some = await values({ only: [looked] }, looked);
        const revisions = new Set(some.map(([revision]) => revision));
        const wanted = (await values({}, looked)).filter(([revision]) => revisions.has(revision as number));
        expect(some).toEqual(wanted);
      }),
      { numRuns: 40 },
    );
  });
});

describe("who may read", () => {
  test("a thing that is not there is not found, nor one of which nothing may be read", async () => {
    expect(await refusalOf(() => all({}, ditto, "org.acme:none"))).toBe("things:thing.notfound");
    expect(await refusalOf(() => all({}, guest))).toBe("things:thing.notfound");
    await grant(reads("thing:/features"));
    expect(await refusalOf(() => all({}, guest))).toBe("nothing");
    await write("delete", "/");
    expect(await refusalOf(() => all({}))).toBe("things:thing.notfound");
  });

  test("where nothing at the only paths may be read, these are not found", async () => {
    await grant(reads("thing:/attributes/n"));
    const only = (path: string) => refusalOf(() => all({ only: [readPath(path)] }, guest));
    expect(await only("/attributes/m")).toBe("things:attribute.notfound");
    expect(await only("/features/f/properties/p")).toBe("things:feature.property.notfound");
    expect(await only("/attributes/n")).toBe("nothing");
  });

  test("values and events are told as far as they may be seen", async () => {
    await write("modify", "/attributes/m", { a: 1, b: 2 });
    await write("modify", "/features/f", { properties: { p: 1 } });
    await write("modify", "/", { attributes: { n: 5, secret: 6 }, features: {} });
    await grant({
      ...reads("thing:/attributes"),
      "thing:/attributes/secret": { grant: [], revoke: ["READ"] },
      "thing:/attributes/m/b": { grant: [], revoke: ["READ"] },
    });
    const states = await all({ fromRevision: 10 }, guest);
    expect(states.map(({ event }) => [event.revision, event.value])).toEqual([
      [10, 10],
      [11, { a: 1 }],
      [13, { thingId, attributes: { n: 5 } }],
    ]);
    const [, second, last] = states;
    expect(second?.valueAt(["attributes", "m"])).toEqual({ a: 1 });
    expect(second?.valueAt(["attributes", "m", "b"])).toBeUndefined();
    expect(second?.valueAt(["attributes", "m", "a"])).toBe(1);
    expect(last?.valueAt(["attributes", "secret"])).toBeUndefined();
    expect(last?.valueAt(["features"])).toBeUndefined();
    expect(last?.thing()).toEqual({
      attributes: { n: 5 },
      _revision: 13,
      _created: new Date(at(1)).toISOString(),
      _modified: new Date(at(13)).toISOString(),
    });
  });
});

test("a past that cannot be read for now is unavailable", async () => {
  journal.readEvents = () => Promise.reject(new JournalUnavailable("gone"));
  expect(await refusalOf(() => all({}))).toBe("things:thing.unavailable");
});

test("it takes turns with all others who read the past", async () => {
  const { promise: held, resolve: free } = Promise.withResolvers<void>();
  let reading = 0;
  journal.readEvents = async () => {
    reading++;
    await held;
    return [];
  };
  const running = upTo(10).map(() => all({}));
  for (let i = 0; i < 200; i++) await Promise.resolve();
  expect(reading).toBe(4);
  free();
  await Promise.all(running);
  expect(reading).toBe(10);
});

test("long work lets others have a turn", async () => {
  const long = "x".repeat(90_000);
  for (const number of upTo(60)) await write("modify", "/attributes/long", `${long}${number}`);
  let others = 0;
  const timer = setInterval(() => others++, 1);
  for await (const _ of pastStates(world.parts)(thingId, {}, ditto)) {
    const until = performance.now() + 1;
    while (performance.now() < until);
  }
  clearInterval(timer);
  expect(others).toBeGreaterThan(3);
});

describe.each(storages)("on $name", ({ openStorage }) => {
  let stored: Journal;
  useJournal(openStorage, (opened) => {
    stored = opened;
  });

  test("states are those that the commands led to, from wherever one begins, and after a clean-up", async () => {
    vi.setSystemTime(start);
    world = worldOn(stored);
    await write("create", "/", {});
    for (const number of upTo(260).slice(1)) await write("modify", "/attributes/n", number);
    await world.snapshots.thing.flush();
    expect(await values({})).toEqual(numbers(1, 260));
    expect(await values({ from: Date.now() - 2_000 })).toEqual(numbers(258, 260));
    expect(await values({ fromRevision: 120, toRevision: 180, only: [n] })).toEqual(numbers(120, 180));

    const [deleted = 0] = await stored.prune([{ kind: "thing", id: thingId }], Date.now() + 1, 1_000);
    expect(deleted).toBeGreaterThan(0);
    expect(await values({})).toEqual(numbers(deleted + 1, 260));
  });
});
