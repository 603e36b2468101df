// `…/properties/{propertyPath}/timeseries`: what the door makes of requests; twin and series are played by the test.

import { expect, test, vi } from "vitest";
import { TwinError } from "../../../src/base/errors.ts";
import { type JsonValue, rawNumber } from "../../../src/base/json/json.ts";
import type { TimeSeries, TimeSeriesReader } from "../../../src/dispatch/history/time-series.ts";
import { namespaceNotAccessible } from "../../../src/gateway/auth/namespace-access.ts";
import type { HttpParts } from "../../../src/gateway/http/app.ts";
import { thingNotFound } from "../../../src/things/errors.ts";
import { openLiveDoor } from "./live-door.ts";

const base = "/api/2/things/org.acme:press/features/m/properties";
const series = `${base}/a/b~0c/timeseries`;

const raw: TimeSeries = {
  ...{ from: 0, to: 10_000, isTruncated: false },
  values: [
    { timestamp: 1_000, revision: 2, value: 1.5 },
    { timestamp: 2_000, revision: 3, value: 'a "b", c' },
    { timestamp: 3_000, revision: 5, value: { x: rawNumber("12345678901234567890") } },
    { timestamp: 4_000, revision: 6, value: null },
  ],
};
const bucketed: TimeSeries = {
  ...{ from: 0, to: 10_000, agg: "mean", isTruncated: true, nextFrom: 8_000 },
  values: [
    { timestamp: 0, count: 2, value: 1.5 },
    { timestamp: 4_000, count: 1, value: null },
  ],
};
const none: TimeSeries = { from: 0, to: 0, isTruncated: false, values: [] };

/** The door, where the property is a value or not there, but what is before it is, with what was asked of the series. */
async function door(told: TimeSeries | Error, property?: JsonValue, more: Partial<HttpParts> = {}) {
  const asked: Parameters<TimeSeriesReader>[] = [];
  const opened = await openLiveDoor(() => ({ status: 200, headers: {} }) as never, {
    timeSeries: async (...given) => {
      asked.push(given);
      if (told instanceof Error) throw told;
      return told;
    },
    dispatch: async ({ path }) => {
      const value = path.at(-1) === "timeseries" ? property : 1;
      if (value === undefined)
        throw new TwinError("things:feature.property.notfound", 404, { message: "none" });
      return { status: 200, value };
    },
    ...more,
  });
  return { ...opened, asked, [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() };
}

const json = (body: string) => ({ body, headers: { "content-type": "application/json" } });
const codeOf = async (answer: Response) => ((await answer.json()) as { error: string }).error;

test("values come with their times and revisions, exactly", async () => {
  await using world = await door(raw);

  const answer = await world.fetch(`${series}?from=0&to=1970-01-01T00:00:10Z&limit=10`);

  expect(answer.headers.get("content-type")).toBe("application/json");
  expect(answer.headers.get("ditto-originator")).toBe("nginx:ditto");
  expect(await answer.text()).toBe(
    '{"thingId":"org.acme:press","path":"features/m/properties/a/b~0c","from":"1970-01-01T00:00:00.000Z",' +
      '"to":"1970-01-01T00:00:10.000Z","truncated":false,"values":[' +
      '{"timestamp":"1970-01-01T00:00:01.000Z","revision":2,"value":1.5},' +
      '{"timestamp":"1970-01-01T00:00:02.000Z","revision":3,"value":"a \\"b\\", c"},' +
      '{"timestamp":"1970-01-01T00:00:03.000Z","revision":5,"value":{"x":12345678901234567890}},' +
      '{"timestamp":"1970-01-01T00:00:04.000Z","revision":6,"value":null}]}',
  );
  const [[thingId, path, query, auth] = []] = world.asked;
  expect([thingId, path, query]).toEqual([
    "org.acme:press",
    ["features", "m", "properties", "a", "b~c"],
    { from: 0, to: 10_000, limit: 10 },
  ]);
  expect(auth).toEqual({ subjects: ["nginx:ditto"] });
});

test("buckets come with what they count, and with where to go on", async () => {
  await using world = await door(bucketed);

  const answer = await world.fetch(`${series}?bucket=4s&agg=p99.5&limit=2`);

  expect(await answer.json()).toEqual({
    ...{ thingId: "org.acme:press", path: "features/m/properties/a/b~0c", bucket: "4s", agg: "mean" },
    ...{ from: "1970-01-01T00:00:00.000Z", to: "1970-01-01T00:00:10.000Z" },
    ...{ truncated: true, next: "1970-01-01T00:00:08.000Z" },
    values: [
      { timestamp: "1970-01-01T00:00:00.000Z", count: 2, value: 1.5 },
      { timestamp: "1970-01-01T00:00:04.000Z", count: 1, value: null },
    ],
  });
  expect(world.asked[0]?.[2]).toEqual({ bucketMs: 4_000, agg: "p99.5", limit: 2 });
  const link = /^<(.+)>; rel="next"$/.exec(answer.headers.get("link") ?? "")?.[1] ?? "";
  const next = new URL(link, `http://example.org${series}?x=y`);
  expect([next.pathname, Object.fromEntries(next.searchParams)]).toEqual([
    series,
    { bucket: "4s", agg: "p99.5", limit: "2", from: "1970-01-01T00:00:08.000Z" },
  ]);
});

test.each([
  ["by its name", "?format=csv", {}],
  ["by its type", "?limit=5", { accept: "text/csv" }],
])("a table of readings comes %s", async (_, query, headers) => {
  await using world = await door(raw);

  const answer = await world.fetch(`${series}${query}`, { headers: headers as Record<string, string> });

  expect(answer.headers.get("content-type")).toBe("text/csv; charset=utf-8");
  expect(await answer.text()).toBe(`timestamp,revision,value
1970-01-01T00:00:01.000Z,2,1.5
1970-01-01T00:00:02.000Z,3,"a ""b"", c"
1970-01-01T00:00:03.000Z,5,"{""x"":12345678901234567890}"
1970-01-01T00:00:04.000Z,6,
`);
});

test("long series come whole, and leave room for others", async () => {
  const values = Array.from({ length: 20_001 }, (_, i) => ({ timestamp: i, revision: i + 1, value: i / 2 }));
  await using world = await door({ ...raw, values });

  const [json, csv] = await Promise.all([
    world.fetch(`${series}?limit=100000`).then((answer) => answer.json()),
    world.fetch(`${series}?format=csv`).then((answer) => answer.text()),
  ]);

  const told = (json as { values: { value: number; revision: number }[] }).values;
  expect(told.map(({ value, revision }) => [value, revision])).toEqual(
    values.map((each) => [each.value, each.revision]),
  );
  expect(
    csv
      .trimEnd()
      .split("\n")
      .slice(1)
      .map((line) => line.split(",").slice(1).map(Number)),
  ).toEqual(values.map((each) => [each.revision, each.value]));
});

test("a table of buckets counts", async () => {
  await using world = await door(bucketed);

  const answer = await world.fetch(`${series}?format=csv&bucket=4s`);

  expect(await answer.text()).toBe(`timestamp,count,value
1970-01-01T00:00:00.000Z,2,1.5
1970-01-01T00:00:04.000Z,1,
`);
  expect(answer.headers.get("link")).toContain('rel="next"');
});

test.each([
  "from=yesterday",
  "from=5&to=4",
  "bucket=0",
  "bucket=x",
  "agg=mean",
  "bucket=1s&agg=median",
  "bucket=1s&agg=p101",
  "limit=0",
  "limit=100001",
  "format=xml&limit=1",
])("a query that makes no sense is refused: %s", async (query) => {
  await using world = await door(raw);

  const answer = await world.fetch(`${series}?${query}`);

  expect([answer.status, await codeOf(answer)]).toEqual([400, "gateway:query.parameter.invalid"]);
});

test("a property may be called so: then it is what is told, unless a series is asked for", async () => {
  await using world = await door(raw, 42);

  expect(await (await world.fetch(series)).json()).toBe(42);
  expect(await (await world.fetch(`${series}?timeout=5s`)).json()).toBe(42);
  expect(world.asked).toEqual([]);
  expect(await (await world.fetch(`${series}?limit=5`)).json()).toMatchObject({
    path: "features/m/properties/a/b~0c",
  });
});

test("where there is no such property, the series is told, or what is told of such a property", async () => {
  await using some = await door(raw);
  await using nothing = await door(none);
  await using unseen = await door(thingNotFound("org.acme:press"));

  expect(await (await some.fetch(series)).json()).toMatchObject({ values: [{}, {}, {}, {}] });
  for (const world of [nothing, unseen])
    expect(await codeOf(await world.fetch(series))).toBe("things:feature.property.notfound");
  expect(await (await nothing.fetch(`${series}?limit=5`)).json()).toMatchObject({ values: [] });
  expect(await codeOf(await unseen.fetch(`${series}?limit=5`))).toBe("things:thing.notfound");
});

test.each<[string, Record<string, string>?]>([
  ["?fields=a"],
  ["?condition=exists(attributes/a)"],
  ["?timeout=5s"],
  ["?at-historical-revision=1"],
  ["?channel=twin"],
  ["?unknown=1"],
  ["", { condition: "exists(attributes/a)" }],
  ["", { timeout: "5s" }],
  ["", { "if-match": '"rev:1"' }],
  ["", { "if-none-match": "*" }],
  ["", { "at-historical-revision": "1" }],
  ["", { "at-historical-timestamp": "2026-01-01T00:00:00Z" }],
  ["", { channel: "twin" }],
  ["", { "get-metadata": "*" }],
])("a request that says more is for the property, there or not: %s %j", async (query, headers = {}) => {
  await using world = await door(raw);

  const answer = await world.fetch(`${series}${query}`, { headers });

  expect([answer.status, await codeOf(answer)]).toEqual([404, "things:feature.property.notfound"]);
  expect(world.asked).toEqual([]);
});

test.each<[string, JsonValue | undefined]>([
  ["not there", undefined],
  ["an object, of which it may have been a part", { a: 1 }],
])("a bare request is for the property where what is before it is %s", async (_, before) => {
  await using world = await door(raw, undefined, {
    dispatch: async ({ path }) => {
      if (path.at(-1) === "timeseries" || before === undefined)
        throw new TwinError("things:feature.property.notfound", 404, { message: "none" });
      return { status: 200, value: before };
    },
  });

  expect((await world.fetch(series)).status).toBe(404);
  expect(world.asked).toEqual([]);
  expect((await world.fetch(`${series}?limit=5`)).status).toBe(200);
});

test("desired properties have series, too", async () => {
  await using world = await door(raw);

  await world.fetch("/api/2/things/org.acme:press/features/m/desiredProperties/a/timeseries?limit=1");

  expect(world.asked[0]?.[1]).toEqual(["features", "m", "desiredProperties", "a"]);
});

test.each([
  `${base}/timeseries?limit=1`,
  "/api/2/things/org.acme:press/attributes/a/timeseries?limit=1",
  "/api/2/things/org.acme:press/features/timeseries?limit=1",
  `${base}/a/timeseries/?limit=1`,
  `${base}/a/timeseries?limit=1&live-channel-condition=exists(attributes/a)`,
])("nothing else has one: %s", async (path) => {
  await using world = await door(raw, { a: 1 }, {});

  await world.fetch(path);

  expect(world.asked).toEqual([]);
});

test("keys that no property has are refused", async () => {
  await using world = await door(raw);

  expect(await codeOf(await world.fetch(`${base}/a~1b/timeseries?limit=1`))).toBe("json.key.invalid");
  expect(world.asked).toEqual([]);
});

test.each(["PUT", "DELETE"])("%s is for the property", async (method) => {
  await using world = await door(raw, 1);

  const answer = await world.fetch(`${series}?limit=1`, { method, ...(method === "PUT" && json("1")) });

  expect([answer.status, world.asked]).toEqual([200, []]);
});

test("who may not reach the namespace is told so", async () => {
  const check = (_: string, namespace: string) => {
    throw namespaceNotAccessible(namespace);
  };
  await using world = await door(raw, undefined, { reachOf: () => ({ check }) as never });

  expect(await codeOf(await world.fetch(`${series}?limit=1`))).toBe("gateway:namespace.notaccessible");
  expect(world.asked).toEqual([]);
});

test("the work ends when nobody waits for it any more", async () => {
  const signals: (AbortSignal | undefined)[] = [];
  await using world = await door(raw, undefined, {
    timeSeries: (...given) => {
      signals.push(given[5]);
      return new Promise(() => undefined);
    },
  });

  const late = await world.fetch(`${series}?limit=1&timeout=20ms`);
  expect([late.status, signals[0]?.aborted]).toEqual([408, true]);

  const gone = new AbortController();
  const asking = world.fetch(`${series}?limit=1`, { signal: gone.signal }).catch(() => undefined);
  await vi.waitFor(() => expect(signals).toHaveLength(2));
  expect(signals[1]?.aborted).toBe(false);
  gone.abort();
  await asking;
  await vi.waitFor(() => expect(signals[1]?.aborted).toBe(true));
});
