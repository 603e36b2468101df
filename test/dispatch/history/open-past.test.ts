// The past of an entity as events.

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { JsonObject, JsonValue } from "../../../src/base/json/json.ts";
import { printPath } from "../../../src/base/json/pointer.ts";
import { openPast } from "../../../src/dispatch/history/open-past.ts";
import type { PastEvent, PastEvents, PastRange } from "../../../src/dispatch/history/past-events.ts";
import { JournalUnavailable } from "../../../src/journal/journal.ts";
import type { AuthContext, EntityKind } from "../../../src/signals/signal.ts";
import { upTo } from "../../journal/appends.ts";
import { ditto, thingId, type World, worldOn } from "../../support/dispatch.ts";
import { HeldJournal } from "../../support/journal.ts";

/** The code that something is refused with. */
const refusalOf = (action: () => Promise<unknown>): Promise<unknown> =>
  action().then(
    () => "nothing",
    ({ code }) => code,
  );

const start = Date.UTC(2026, 0, 1);
const guest: AuthContext = { subjects: ["acme:guest"] };

let journal: HeldJournal;
let world: World;

/** A thing of ten revisions, a second from one to the next; each sets its number. */
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: start });
  journal = new HeldJournal({ flowing: true });
  world = worldOn(journal, { policyHeaders: ["ditto-originator", "response-required"] });
  await write("create", "/", {});
  for (const n of upTo(10).slice(1)) await write("modify", "/attributes/n", n);
});
afterEach(() => {
  vi.useRealTimers();
});

async function write(
  action: "create" | "modify" | "merge" | "delete",
  path: string,
  value?: JsonValue,
  kind: EntityKind = "thing",
): Promise<void> {
  vi.setSystemTime(Date.now() + 1_000);
  expect(await world.ask(action, path, value, { kind })).toHaveProperty("status");
}

const at = (revision: number) => start + revision * 1_000;
const open = (range: PastRange, auth = ditto, kind: EntityKind = "thing", id = thingId) =>
  openPast(world.parts)(kind, id, range, auth, {});

async function all(past: PastEvents, max = 1_000): Promise<readonly PastEvent[]> {
  const events: PastEvent[] = [];
  for (let page = await past.next(max); page; page = await past.next(max)) events.push(...page);
  return events;
}
const revisions = async (range: PastRange, max?: number) =>
  (await all(await open(range), max)).map(({ event }) => event.revision);

/** Lets the guest do more with the policy of the thing. */
const grant = (resources: JsonObject) =>
  write("modify", "/entries/guest", { subjects: { "acme:guest": { type: "guest" } }, resources }, "policy");
const reads = (...paths: readonly string[]) =>
  Object.fromEntries(paths.map((path) => [path, { grant: ["READ"], revoke: [] }]));

describe("a range", () => {
  const cases: readonly (readonly [range: PastRange, revisions: readonly number[]])[] = [
    [{}, upTo(10)],
    [{ fromRevision: 1, toRevision: 3 }, [1, 2, 3]],
    [{ fromRevision: 8 }, [8, 9, 10]],
    [{ fromRevision: 0, toRevision: 2 }, [1, 2]],
    [{ fromRevision: -3 }, [8, 9, 10]],
    [{ fromRevision: -100, toRevision: 2 }, [1, 2]],
    [{ fromRevision: 9, toRevision: 0 }, [9, 10]],
    [{ fromRevision: 7, toRevision: -2 }, [7, 8]],
    [{ fromRevision: 9, toRevision: 99 }, [9, 10]],
    [{ fromRevision: 11 }, []],
    [{ fromRevision: 5, toRevision: 4 }, []],
    [{ toRevision: -100 }, []],
    [{ fromTimestamp: at(9) }, [9, 10]],
    [{ fromTimestamp: at(8) + 1, toTimestamp: at(9) }, [9]],
    [{ toTimestamp: at(2) + 999 }, [1, 2]],
    [{ fromTimestamp: at(0), toTimestamp: at(1) - 1 }, []],
    [{ fromTimestamp: at(99) }, []],
    [{ fromTimestamp: at(3), toRevision: 5 }, [3, 4, 5]],
    [{ fromRevision: 4, fromTimestamp: at(3), toTimestamp: at(5), toRevision: 9 }, [4, 5]],
  ];
  test.each(cases)("%j is %j", async (range, expected) => {
    expect(await revisions(range)).toEqual(expected);
    expect(await revisions(range, 1)).toEqual(expected);
  });

  test("is read page by page, from the newest snapshot before it on", async () => {
    for (const n of upTo(290)) await write("modify", "/attributes/n", n);
    await world.snapshots.thing.flush();
    const asked: number[] = [];
    const readEvents = journal.readEvents.bind(journal);
    journal.readEvents = (kind, id, from, to, limit) => {
      asked.push(limit);
      return readEvents(kind, id, from, to, limit);
    };

    expect(await revisions({ fromTimestamp: at(250), toTimestamp: at(252) })).toEqual([250, 251, 252]);
    expect(asked.length).toBeLessThan(4);
    asked.length = 0;
    expect(await revisions({})).toEqual(upTo(300));
    expect(Math.max(...asked)).toBe(50);
  });

  test("ends with the newest event of the time when it is opened", async () => {
    const past = await open({ fromRevision: 9 });
    await write("modify", "/attributes/n", 11);
    expect((await all(past)).map(({ event }) => event.revision)).toEqual([9, 10]);
  });

  test("begins with what is left where the clean-up was", async () => {
    const rows = journal.rows.get(`thing ${thingId}`)!;
    rows.splice(0, 4);
    expect(await revisions({ fromRevision: 1, toRevision: 6 })).toEqual([5, 6]);
  });
});

test("it tells that it is over as soon as it is known", async () => {
  const past = await open({ fromRevision: 9 });
  expect(past.isOver).toBe(false);
  expect(await past.next(1)).toHaveLength(1);
  expect(past.isOver).toBe(false);
  expect(await past.next(1)).toHaveLength(1);
  expect(past.isOver).toBe(true);
  expect(await past.next(1)).toBeUndefined();
});

test("nothing more is read once it is cancelled", async () => {
  const past = await open({});
  await past.next(2);
  past.cancel();
  expect(await past.next(2)).toBeUndefined();
});

test("an event is as it was recorded", async () => {
  await write("merge", "/", { attributes: { n: null } });
  await write("delete", "/attributes");
  const events = await all(await open({ fromRevision: 10 }));
  expect(events.map(({ event }) => event)).toEqual(
    world.published.slice(-3).map(({ originator: _, ...event }) => event),
  );
  expect(events.map(({ historicalHeaders }) => historicalHeaders)).toEqual([{}, {}, {}]);
});

test("the past goes on through a deletion, as long as the thing is there again", async () => {
  await write("delete", "/");
  expect(await refusalOf(() => open({}))).toBe("things:thing.notfound");
  await write("create", "/", { policyId: thingId });
  expect(await revisions({ fromRevision: 10 })).toEqual([10, 11, 12]);
});

describe("a filter", () => {
  test("chooses events by the thing that they tell of", async () => {
    expect(await revisions({ filter: "gt(attributes/n,7)" })).toEqual([8, 9, 10]);
    expect(
      await revisions({ filter: "and(eq(attributes/n,3),gt(_revision,2))", fromRevision: 2 }, 1),
    ).toEqual([3]);
    expect(await revisions({ filter: "exists(features/f)" })).toEqual([]);
  });

  test("that chooses many gives no more than are asked for, and loses none", async () => {
    const past = await open({ filter: "exists(attributes/n)" });
    expect(await past.next(1)).toHaveLength(1);
    expect((await all(past, 2)).map(({ event }) => event.revision)).toEqual([3, 4, 5, 6, 7, 8, 9, 10]);
  });

  test("that takes long lets others work between events", async () => {
    const long = `${"ab".repeat(2_400)}c`;
    for (let n = 0; n < 20; n++) await write("modify", "/attributes/text", `${long}${n}`);
    const pattern = `*${"ab".repeat(50)}d*`;
    const filter = `or(${Array(50).fill(`like(attributes/text,"${pattern}")`).join()})`;
    const past = await open({ filter });
    let others = 0;
    const timer = setInterval(() => others++, 1);

    expect(await all(past)).toEqual([]);
    clearInterval(timer);

    expect(others).toBeGreaterThan(3);
  });

  test("that is none is refused, but for policies, which have none", async () => {
    expect(await refusalOf(() => open({ filter: "bogus(" }))).toBe("rql.expression.invalid");
    expect(await all(await open({ filter: "bogus(" }, ditto, "policy"))).toHaveLength(1);
  });
});

describe("who may read", () => {
  test("a thing that is not there is not found, nor one of which not all may be read", async () => {
    expect(await refusalOf(() => open({}, ditto, "thing", "org.acme:none"))).toBe("things:thing.notfound");
    expect(await refusalOf(() => open({}, guest))).toBe("things:thing.notfound");
    await grant(reads("thing:/attributes"));
    expect(await refusalOf(() => open({}, guest))).toBe("things:thing.notfound");
    await grant({ ...reads("thing:/"), "thing:/attributes/n": { grant: [], revoke: ["READ"] } });
    expect(await refusalOf(() => open({}, guest))).toBe("things:thing.notfound");
    await grant(reads("thing:/"));
    expect(await all(await open({}, guest))).toHaveLength(10);
  });

  test("who asks for a part that may be read gets what may be read", async () => {
    await write("modify", "/features/f", { properties: { p: 1 } });
    await write("modify", "/", { attributes: { a: 1 }, features: {} });
    await grant(reads("thing:/attributes"));
    const past = await open({ fromRevision: 10, path: ["attributes"] }, guest);
    const seen = (await all(past)).map(({ event }) => [event.revision, printPath(event.path), event.value]);
    expect(seen).toEqual([
      [10, "/attributes/n", 10],
      [12, "/", { thingId, attributes: { a: 1 } }],
    ]);
  });

  test("of a policy something must be readable, and only that is told", async () => {
    expect(await refusalOf(() => open({}, guest, "policy"))).toBe("policies:policy.notfound");
    await grant(reads("policy:/entries/guest"));
    await write("modify", "/entries/other", { subjects: {}, resources: {} }, "policy");
    const seen = await all(await open({}, guest, "policy"));
    expect(seen.map(({ event }) => printPath(event.path))).toEqual(["/entries/guest"]);
    expect(seen[0]?.historicalHeaders).toEqual({ "ditto-originator": "nginx:ditto" });
    expect(await all(await open({}, ditto, "policy"))).toHaveLength(3);
  });
});

test("an entity whose past cannot be read for now is unavailable", async () => {
  const past = await open({});
  journal.readEvents = () => Promise.reject(new JournalUnavailable("gone"));
  expect(await refusalOf(() => past.next(1))).toBe("things:thing.unavailable");
});

test("a few pages are read at a time, and beyond a thousand that wait nobody is let in", async () => {
  const opened = openPast(world.parts);
  const { promise: held, resolve: free } = Promise.withResolvers<void>();
  let reading = 0;
  journal.readEvents = async () => {
    reading++;
    await held;
    return [];
  };
  const pasts: PastEvents[] = [];
  for (const _ of upTo(1_010)) pasts.push(await opened("thing", thingId, {}, ditto, {}));

  const pages = pasts.map((past) => refusalOf(() => past.next(1)));

  expect(await pages.at(-1)).toBe("things:thing.unavailable");
  expect(reading).toBe(4);
  free();
  expect(new Set((await Promise.all(pages)).slice(0, 1_000))).toEqual(new Set(["nothing"]));
});
