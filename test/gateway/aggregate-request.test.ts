// Aggregations over HTTP, on a real index.

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { TwinError } from "../../src/base/errors.ts";
import { namespaceAccess } from "../../src/gateway/auth/namespace-access.ts";
import { type AggregateParts, aggregateRequest } from "../../src/gateway/http/aggregate-request.ts";
import { errorAnswer } from "../../src/gateway/http/answers.ts";
import { readTarget } from "../../src/gateway/http/uri.ts";
import { namespaceAccessRules } from "../../src/ops/namespace-access.ts";
import { aggregating } from "../../src/search/aggregate/aggregations.ts";
import { asking } from "../../src/search/query/ask.ts";
import { embedded } from "../journal/storages.ts";
import { accessRows } from "../search/model/rows.ts";
import { indexed, type Stored, useStore } from "../search/stored/stores.ts";

let stored: Stored;
useStore(embedded, (opened) => {
  stored = opened;
});

let parts: AggregateParts;
let server: Server;
let url: string;
let reach: ReturnType<ReturnType<typeof reachOf>> | undefined;
const auth = { subjects: ["test:me"] } as const;
const reachOf = (rules: string) => () => {
  const access = namespaceAccess(namespaceAccessRules.parse(rules));
  return access?.(auth, {}, {});
};

beforeAll(async () => {
  const entry = {
    subjects: { "test:me": { type: "t" } },
    resources: { "thing:/": { grant: ["READ"], revoke: [] } },
    importable: "implicit",
  } as const;
  const lamp = (n: number, place: string, power: number) =>
    indexed(`org.a:l${n}`, 1, { attributes: { place, power } }, "org.a:p");
  await stored.store.putThings([lamp(1, "Rom", 5), lamp(2, "Rom", 10), lamp(3, "Köln, €", 2)], []);
  await stored.store.putAccess(accessRows("org.a:p", [entry], ["org.a"]));
  const ask = asking({
    store: stored.store,
    read: async () => [],
    isIndexed: () => false,
    accessSettled: async () => undefined,
    accessVersion: () => 1,
    settings: { searchTimeout: 10_000, slowSearchLogEnabled: false, slowSearchLogThreshold: 1000 },
    log: { warn: () => undefined },
  } as never);
  parts = { aggregations: aggregating({ ask, searchTimeout: 10_000 }), maxRequestBytes: 10_000 };
  server = createServer(async (incoming, outgoing) => {
    const target = readTarget(incoming.url as string);
    const request = { incoming, target, auth, headers: {}, reach, onFault: () => undefined };
    const answer = await aggregateRequest(parts, request).catch((error: unknown) => {
      if (error instanceof TwinError) return errorAnswer(error);
      throw error;
    });
    outgoing.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/2/search/things/aggregate`;
});
beforeEach(() => {
  reach = undefined;
});
afterAll(() => void server.close());

const asked = {
  filter: "gt(attributes/power,1)",
  groupBy: "attributes/place",
  aggregates: "count,avg(attributes/power)",
};
const told = {
  groups: [
    { by: { "attributes/place": "Köln, €" }, values: { count: 1, "avg(attributes/power)": 2 } },
    { by: { "attributes/place": "Rom" }, values: { count: 2, "avg(attributes/power)": 7.5 } },
  ],
  truncated: false,
};

test("groups are told as JSON", async () => {
  const response = await fetch(`${url}?${new URLSearchParams(asked)}`);

  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("application/json");
  expect(await response.json()).toEqual(told);
});

test("a form asks the same, and lists may be given in parts", async () => {
  const body = new URLSearchParams({ ...asked, aggregates: "count" });
  body.append("aggregates", "avg(attributes/power)");
  body.append("filter", "exists(attributes/place)");

  const response = await fetch(url, { method: "POST", body });

  expect(await response.json()).toEqual(told);
});

test("more groups than asked for are not told, but that there are more", async () => {
  const response = await fetch(`${url}?${new URLSearchParams({ ...asked, option: "size(1)" })}`);

  expect(await response.json()).toEqual({ groups: [told.groups[0]], truncated: true });
});

test("only the namespaces asked for count, of those that may be reached", async () => {
  const count = async (query: string) => (await fetch(`${url}?${query}`)).json();

  expect(await count("namespaces=org.b")).toMatchObject({ groups: [{ values: { count: 0 } }] });
  expect(await count("namespaces=org.b,org.a")).toMatchObject({ groups: [{ values: { count: 3 } }] });
  reach = reachOf('[{"allowed-namespaces":["org.c"]}]')();
  expect(await count("")).toMatchObject({ groups: [{ values: { count: 0 } }] });
  expect(await count("namespaces=org.a")).toMatchObject({ error: "gateway:namespace.notaccessible" });
});

test.each([
  ["aggregates=sum(attributes/power", "thing-search:search.option.invalid"],
  ["option=size(5000)", "thing-search:search.option.invalid"],
  ["filter=eq(attributes/power", "rql.expression.invalid"],
  ["groupBy=unknown", "rql.expression.invalid"],
])("%s is refused", async (query, code) => {
  const response = await fetch(`${url}?${query}`);

  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: code, status: 400 });
});

test("what is neither GET nor POST is refused", async () => {
  const response = await fetch(url, { method: "DELETE" });

  expect([response.status, response.headers.get("allow")]).toEqual([405, "GET, POST"]);
});

test.each([
  "attributes/a';drop table search_thing;--",
  "attributes/\\u0000",
  "attributes/$1",
  "attributes/a\\u0022b{}",
])("whatever %s is, it is nothing but a key", async (property) => {
  const query = new URLSearchParams({
    groupBy: `${property},truncate(${property},h)`,
    aggregates: `sum(${property})`,
  });
  const response = await fetch(`${url}?${query}`);

  expect([response.status, await response.json()]).toEqual([
    200,
    { groups: [{ by: {}, values: { [`sum(${JSON.parse(`"${property}"`)})`]: null } }], truncated: false },
  ]);
});
