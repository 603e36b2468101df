// The time series of a property of a real server.

import { afterAll, beforeAll, expect, test } from "vitest";
import { startServer, type TestServer } from "../../support/server.ts";

const base = "/api/2/things/org.factory:pump/features/motor/properties";
const json = { "content-type": "application/json" };

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ readyWithinMs: 60_000 });
  await put("/api/2/things/org.factory:pump", {
    features: { motor: { properties: { v: 0, timeseries: "mine" } } },
  });
  for (const v of [1, 2, 3]) await put(`${base}/v`, v);
  await put(`${base}/w`, "other");
}, 90_000);
afterAll(() => server[Symbol.asyncDispose]());

const put = (path: string, value: unknown) =>
  server.fetch(path, { method: "PUT", headers: json, body: JSON.stringify(value) });

interface Series {
  readonly values: readonly { readonly value: unknown; readonly revision: number; readonly count: number }[];
  readonly truncated: boolean;
  readonly next?: string;
}
const read = async (path: string) => (await (await server.fetch(`${base}/${path}`)).json()) as Series;

test("tells each value with its revision", async () => {
  const { values, truncated } = await read("v/timeseries");

  expect(values.map(({ value, revision }) => [value, revision])).toEqual([
    [0, 1],
    [1, 2],
    [2, 3],
    [3, 4],
  ]);
  expect(truncated).toBe(false);
});

test("tells what the values of a stretch of time come to", async () => {
  const { values } = await read("v/timeseries?bucket=1d&agg=sum");

  expect(values.reduce((sum, { count }) => sum + count, 0)).toBe(4);
  expect(values.reduce((sum, { value }) => sum + Number(value), 0)).toBe(6);
});

test("goes on where a page ends", async () => {
  const seen: unknown[] = [];
  let from = "0";
  for (let page = 0; page < 10; page++) {
    const { values, next } = await read(`v/timeseries?limit=2&from=${from}`);
    seen.push(...values.map(({ value }) => value));
    if (next === undefined) break;
    from = next;
  }

  expect(seen).toEqual([0, 1, 2, 3]);
});

test("comes as CSV", async () => {
  const answer = await server.fetch(`${base}/v/timeseries?format=csv&limit=1`);

  expect(await answer.text()).toMatch(/^timestamp,revision,value\n\d{4}-\d\d-\d\dT[^,]+Z,1,0\n/);
});

test("a property of that name stays one", async () => {
  expect(await (await server.fetch(`${base}/timeseries`)).json()).toBe("mine");
  expect((await server.fetch(`${base}/never/timeseries`)).status).toBe(404);
});

test("a property of that name that was deleted is gone, and its parent's series is told only to who asks for one", async () => {
  await put(`${base}/o`, { timeseries: 1, other: 2 });
  expect((await server.fetch(`${base}/o/timeseries`, { method: "DELETE" })).status).toBe(204);

  for (const query of ["", "?at-historical-revision=1", "?fields=a"])
    expect((await server.fetch(`${base}/o/timeseries${query}`)).status).toBe(404);
  expect((await read("o/timeseries?limit=5")).values).toHaveLength(2);
  expect(
    (await server.fetch(`${base}/v/timeseries`, { headers: { "at-historical-revision": "1" } })).status,
  ).toBe(404);
});

test("what may not be read has none", async () => {
  const mine = await (await server.fetch("/api/2/policies/org.factory:pump")).json();
  const { entries } = mine as { entries: Record<string, { resources: Record<string, unknown> }> };
  const [entry] = Object.values(entries);
  (entry as { resources: Record<string, unknown> }).resources["thing:/features/motor/properties/w"] = {
    grant: [],
    revoke: ["READ"],
  };
  expect((await put("/api/2/policies/org.factory:pump", mine)).status).toBe(204);

  expect((await server.fetch(`${base}/w/timeseries?limit=5`)).status).toBe(404);
  expect((await read("v/timeseries?limit=5")).values).toHaveLength(4);
});
