import { describe, expect, test } from "vitest";
import type { OpenPast, PastEvent, PastRange } from "../../src/dispatch/history/past-events.ts";
import type { EntityEvent } from "../../src/signals/signal.ts";
import { thingNotFound } from "../../src/things/errors.ts";
import { changed, type EventDoorOptions, openEventDoor } from "./event-door.ts";

const THINGS = "/api/2/things";
const LAMP = `${THINGS}/org.acme:lamp`;

/** A past of events, which tells what was asked of it. */
function pastOf(...events: readonly EntityEvent[]) {
  const asked: unknown[] = [];
  const state = { cancelled: 0 };
  const openPast: OpenPast = async (kind, id, range, { subjects }) => {
    asked.push([kind, id, range, subjects]);
    const left: PastEvent[] = events.map((event) => ({
      event,
      historicalHeaders: { "ditto-originator": "a:b" },
    }));
    return {
      next: async (max) => (left.length > 0 ? left.splice(0, max) : undefined),
      cancel: () => state.cancelled++,
    };
  };
  return { openPast, asked, state };
}

/** What a stream told until its end. */
async function told(path: string, options: EventDoorOptions): Promise<unknown[]> {
  await using door = await openEventDoor(options);
  const stream = door.listen(path);
  await expect.poll(() => stream.isOver()).toBe(true);
  expect(door.faults).toEqual([]);
  return stream.events().map((event) => JSON.parse(event.replace(/^data:(.*)\n\n$/s, "$1")));
}

describe("a stream of the past of a thing", () => {
  test("tells each change as a thing, as recorded, and ends", async () => {
    const lamp = {
      policyId: "org.acme:lamp",
      attributes: { a: 1 },
      features: { f: { properties: { p: 1 } } },
    };
    const { openPast, asked, state } = pastOf(
      changed("/", { thingId: "org.acme:lamp", ...lamp }, { action: "created", revision: 1 }),
      changed("/attributes/a", 2, { revision: 2 }),
      changed("/attributes/new", 2, { action: "created", revision: 3 }),
      changed("/", { attributes: { new: null } }, { action: "merged", revision: 4 }),
    );

    const events = await told(`${LAMP}?from-historical-revision=1&to-historical-revision=4`, { openPast });

    expect(events).toEqual([
      { thingId: "org.acme:lamp", ...lamp },
      { thingId: "org.acme:lamp", attributes: { a: 2 } },
      { thingId: "org.acme:lamp", attributes: { new: 2 } },
      { thingId: "org.acme:lamp", attributes: {} },
    ]);
    expect(asked).toEqual([
      ["thing", "org.acme:lamp", { fromRevision: 1, toRevision: 4, path: [] }, ["nginx:ditto"]],
    ]);
    await expect.poll(() => state.cancelled).toBe(1);
  });

  test.each<[string, PastRange]>([
    ["from-historical-revision=0", { fromRevision: 0 }],
    ["from-historical-revision=-5&to-historical-revision=-1", { fromRevision: -5, toRevision: -1 }],
    ["from-historical-timestamp=1970-01-01T00:00:01Z", { fromTimestamp: 1_001 }],
    [
      "from-historical-timestamp=1970-01-01T00:00:01Z&to-historical-timestamp=1970-01-01T00:00:02Z",
      { fromTimestamp: 1_001, toTimestamp: 1_999 },
    ],
    [
      "from-historical-timestamp=1970-01-01T00:00:01Z&from-historical-revision=3&to-historical-timestamp=1970-01-01T00:00:02Z",
      { fromRevision: 3 },
    ],
  ])("of %s is that of %j", async (query, range) => {
    const { openPast, asked } = pastOf();

    await told(`${LAMP}?${query}`, { openPast });

    expect(asked).toEqual([["thing", "org.acme:lamp", { ...range, path: [] }, ["nginx:ditto"]]]);
  });

  test("is asked for by a filter, and has the fields that are named", async () => {
    const { openPast, asked } = pastOf(changed("/attributes/a", 5, { revision: 8 }));

    const filter = encodeURIComponent("gt(attributes/a,3)");
    const query = `from-historical-revision=0&filter=${filter}&fields=_revision,attributes`;
    const events = await told(`${LAMP}?${query}`, { openPast });

    expect(events).toEqual([{ _revision: 8, attributes: { a: 5 } }]);
    expect(asked).toMatchObject([["thing", "org.acme:lamp", { filter: "gt(attributes/a,3)" }, {}]]);
  });

  test("tells what was kept of the headers of a change in its context", async () => {
    const { openPast } = pastOf(changed("/attributes/a", 1));

    const [event] = await told(`${LAMP}?from-historical-revision=0&fields=thingId,_context/headers`, {
      openPast,
    });

    expect(event).toMatchObject({
      _context: { headers: { "historical-headers": '{"ditto-originator":"a:b"}' } },
    });
  });

  test("of a resource shows its value alone", async () => {
    const values = [changed("/attributes/a", 1), changed("/attributes/b", 2), changed("/attributes/a", 3)];
    const { openPast, asked } = pastOf(...values);

    expect(await told(`${LAMP}/attributes/a?from-historical-revision=0`, { openPast })).toEqual([1, 3]);
    expect(asked).toMatchObject([["thing", "org.acme:lamp", { path: ["attributes", "a"] }, {}]]);
  });

  test("tells as its only event why there is none", async () => {
    const openPast = () => Promise.reject(thingNotFound("org.acme:lamp"));

    expect(await told(`${LAMP}?from-historical-revision=0`, { openPast })).toMatchObject([
      { status: 404, error: "things:thing.notfound" },
    ]);
  });

  test("is as long as its reader takes it, and holds a page of it", async () => {
    let given = 0;
    let cancelled = 0;
    const openPast: OpenPast = async () => ({
      async next(max) {
        given += max;
        return Array.from({ length: max }, () => ({
          event: changed("/attributes/a", "x".repeat(10_000)),
          historicalHeaders: {},
        }));
      },
      cancel: () => cancelled++,
    });
    await using door = await openEventDoor({ openPast, maxBuffered: 50_000 });
    const stream = door.listen(`${LAMP}?from-historical-revision=0`);
    stream.socket.pause();

    await expect.poll(() => given).toBeGreaterThan(0);
    let before = -1;
    await expect
      .poll(
        () => {
          const isSame = given === before;
          before = given;
          return isSame;
        },
        { interval: 200 },
      )
      .toBe(true);

    const held = given;
    stream.socket.resume();
    await expect.poll(() => given).toBeGreaterThan(held);
    stream.socket.destroy();
    await expect.poll(() => cancelled).toBe(1);
  });

  test.each([
    ["from-historical-revision=x"],
    ["from-historical-revision=1.5"],
    ["from-historical-revision=1&to-historical-timestamp=yesterday"],
    ["to-historical-revision="],
    ["from-historical-timestamp=2026"],
  ])("of %s is refused as Ditto does", async (query) => {
    await using door = await openEventDoor();

    const refused = await door.fetch(`${LAMP}?${query}`, { headers: { accept: "text/event-stream" } });

    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ error: "json.invalid" });
  });

  test("is that of a thing which is named", async () => {
    await using door = await openEventDoor();

    const refused = await door.fetch(`${THINGS}?from-historical-revision=1`, {
      headers: { accept: "text/event-stream" },
    });

    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ error: "things:id.invalid" });
  });
});
