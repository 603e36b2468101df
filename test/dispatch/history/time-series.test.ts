// The history of one value.

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { JsonObject, JsonValue } from "../../../src/base/json/json.ts";
import { readPath } from "../../../src/base/json/pointer.ts";
import { pastStates } from "../../../src/dispatch/history/past-states.ts";
import { type TimeSeriesQuery, timeSeries } from "../../../src/dispatch/history/time-series.ts";
import type { AuthContext, CommandAction } from "../../../src/signals/signal.ts";
import { upTo } from "../../journal/appends.ts";
import { ditto, thingId, type World, worldOn } from "../../support/dispatch.ts";
import { HeldJournal } from "../../support/journal.ts";

const start = Date.UTC(2026, 0, 1);
const path = readPath("/features/f/properties/p");
const guest: AuthContext = { subjects: ["acme:guest"] };

let world: World;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: start });
  world = worldOn(new HeldJournal({ flowing: true }));
  await write("create", "/", { features: { f: { properties: { q: 0 } } } }, 0);
});
afterEach(() => {
  vi.useRealTimers();
});

async function write(
  action: CommandAction,
  at: string,
  value: JsonValue | undefined,
  passed = 1_000,
  kind: "thing" | "policy" = "thing",
): Promise<void> {
  vi.setSystemTime(Date.now() + passed);
  expect(await world.ask(action, at, value, { kind })).toHaveProperty("status");
}

/** Values of `p`, each so many milliseconds after the one before it. */
async function told(values: readonly JsonValue[], passed = 1_000): Promise<void> {
  for (const value of values) await write("modify", "/features/f/properties/p", value, passed);
}

const read = (query: Partial<TimeSeriesQuery> = {}, auth = ditto, at = path) =>
  timeSeries(pastStates(world.parts))(thingId, at, { limit: 10_000, ...query }, auth, {});
const at = (seconds: number) => start + seconds * 1_000;
const valuesOf = async (query: Partial<TimeSeriesQuery>) =>
  (await read(query)).values.map(({ timestamp, value }) => [(timestamp - start) / 1_000, value]);

describe("readings", () => {
  test("are those after which there was a value, of any type", async () => {
    await told([1, "two", null, { three: 3 }]);
    await write("modify", "/features/f/properties/q", 5);
    await write("delete", "/features/f/properties/p", undefined);
    await write("merge", "/", { features: { f: { properties: { p: true } } } });
    expect(await read()).toEqual({
      from: at(1),
      to: at(7),
      values: [
        { timestamp: at(1), revision: 2, value: 1 },
        { timestamp: at(2), revision: 3, value: "two" },
        { timestamp: at(3), revision: 4, value: null },
        { timestamp: at(4), revision: 5, value: { three: 3 } },
        { timestamp: at(7), revision: 8, value: true },
      ],
      isTruncated: false,
    });
  });

  test("are those of the range, both ends included", async () => {
    await told([1, 2, 3, 4]);
    expect(await valuesOf({ from: at(2), to: at(3) })).toEqual([
      [2, 2],
      [3, 3],
    ]);
    expect(await read({ from: at(7) })).toMatchObject({ from: at(7), values: [], isTruncated: false });
  });

  test("beyond the limit are told to be there, and can be had from there on", async () => {
    await told(upTo(5));
    const first = await read({ limit: 2 });
    expect(first).toMatchObject({ isTruncated: true, nextFrom: at(3) });
    expect(await valuesOf({ limit: 3, from: first.nextFrom! })).toEqual([
      [3, 3],
      [4, 4],
      [5, 5],
    ]);
    expect(await read({ limit: 5 })).toMatchObject({ isTruncated: false });
  });

  test("of one millisecond are not parted by the limit", async () => {
    await told([1, 2], 0);
    await told([3]);
    expect(await read({ limit: 1 })).toMatchObject({
      values: [{ value: 1 }, { value: 2 }],
      nextFrom: at(1),
    });
  });

  test("that are long are told a few at a time", async () => {
    await told(Array(60).fill("x".repeat(99_000)));
    const { values, nextFrom } = await read();
    expect(values).toHaveLength(51);
    expect(nextFrom).toBe(at(52));
  });
});

describe("buckets", () => {
  const figures = async (agg: TimeSeriesQuery["agg"], bucketMs = 10_000) =>
    valuesOf({ bucketMs, ...(agg && { agg }) });

  test("begin at multiples of their length, and those without readings are left out", async () => {
    await told([1, 2], 6_000);
    await told([6, 8], 15_000);
    expect((await read({ bucketMs: 10_000 })).values).toEqual([
      { timestamp: at(0), count: 1, value: 1 },
      { timestamp: at(10), count: 1, value: 2 },
      { timestamp: at(20), count: 1, value: 6 },
      { timestamp: at(40), count: 1, value: 8 },
    ]);
    const day = 86_400_000;
    expect(await read({ bucketMs: day })).toMatchObject({
      agg: "mean",
      values: [{ timestamp: start, count: 4, value: 4.25 }],
    });
  });

  const cases: readonly (readonly [TimeSeriesQuery["agg"], JsonValue])[] = [
    ["mean", 5],
    ["min", 1],
    ["max", 9],
    ["sum", 15],
    ["std", 4],
    ["slope", 4],
    ["count", 4],
    ["rate", 0.4],
    ["p50", 5],
    ["p75", 7],
    ["last", "x"],
  ];
  test.each(cases)("tell %s of their readings: %j", async (agg, value) => {
    await told([1, 5, 9, "x"]);
    expect(await figures(agg)).toEqual([[0, value]]);
  });

  test("tell null where the readings have no such figure", async () => {
    await told(["x"]);
    for (const agg of ["mean", "sum", "min", "max", "std", "slope", "p95"] as const)
      expect(await figures(agg)).toEqual([[0, null]]);
    await told([true], 10_000);
    expect(await figures("mean")).toEqual([
      [0, null],
      [10, 1],
    ]);
  });

  test("beyond the limit begin where the next request is to", async () => {
    await told(upTo(5), 6_000);
    const first = await read({ bucketMs: 10_000, agg: "count", limit: 2 });
    expect(first).toMatchObject({ isTruncated: true, nextFrom: at(20) });
    expect(first.values.map(({ value }) => value)).toEqual([1, 2]);
    expect(await valuesOf({ bucketMs: 10_000, agg: "count", from: first.nextFrom! })).toEqual([
      [20, 1],
      [30, 1],
    ]);
  });
});

test("a bucket whose readings are too many to be sorted is told as far as it goes", async () => {
  const event = { kind: "thing", id: thingId, action: "modified", path, headers: {} } as const;
  async function* many() {
    for (let n = 0; n < 50_002; n++) {
      const timestamp = start + n;
      yield {
        event: { ...event, revision: n + 1, timestamp },
        noted: undefined,
        valueAt: () => n,
        thing: () => undefined,
      };
    }
  }
  const query = { bucketMs: 86_400_000, agg: "p100", limit: 10 } as const;
  expect(await timeSeries(many)(thingId, path, query, ditto, {})).toMatchObject({
    values: [{ count: 50_000, value: 49_999 }],
    nextFrom: start + 50_000,
  });
  expect(await timeSeries(many)(thingId, path, { ...query, agg: "max" }, ditto, {})).toMatchObject({
    values: [{ count: 50_002, value: 50_001 }],
    isTruncated: false,
  });
});

describe("who may read", () => {
  const grant = (resources: JsonObject) => {
    const subjects = { "acme:guest": { type: "guest" } };
    return write("modify", "/entries/guest", { subjects, resources }, 0, "policy");
  };
  const refusalOf = (asked: Promise<unknown>): Promise<unknown> =>
    asked.then(
      () => "nothing",
      ({ code }) => code,
    );

  test("not everybody: what may not be read is not found", async () => {
    await told([1, 2]);
    expect(await refusalOf(read({}, guest))).toBe("things:thing.notfound");
    await grant({ "thing:/features/f/properties/q": { grant: ["READ"], revoke: [] } });
    expect(await refusalOf(read({}, guest))).toBe("things:feature.property.notfound");
    await grant({ "thing:/features/f/properties/p": { grant: ["READ"], revoke: [] } });
    expect((await read({}, guest)).values.map(({ value }) => value)).toEqual([1, 2]);
  });

  test("a value that was never there has an empty history", async () => {
    expect((await read({}, ditto, ["attributes", "none"])).values).toEqual([]);
  });
});

test("an aborted request ends with what there is", async () => {
  await told(upTo(70));
  const ended = AbortSignal.abort();
  const series = await timeSeries(pastStates(world.parts))(thingId, path, { limit: 10 }, ditto, {}, ended);
  expect(series.values).toEqual([]);
});
