// The door of searches with a real index behind it, on the embedded database.

import { beforeEach, expect, test } from "vitest";
import { searching } from "../../src/search/query/searching.ts";
import type { Search } from "../../src/search/search.ts";
import { embedded } from "../journal/storages.ts";
import { access, guest, names, owner, partsOf, thing } from "../search/query/world.ts";
import { type Stored, useStore } from "../search/stored/stores.ts";
import { openSearchDoor } from "./search-door.ts";

const SEARCH = "/api/2/search/things";
const events = { headers: { accept: "text/event-stream" } };

let stored: Stored;
let search: Search;
useStore(embedded, (opened) => {
  stored = opened;
});

beforeEach(async () => {
  const { database, store } = stored;
  for (const table of ["search_thing", "search_access"]) await database.query(`delete from ${table}`, []);
  await store.putAccess([access("org.test")]);
  const secret = (name: string, i: number) => thing(name, { n: i, public: i % 2 });
  await store.putThings([..."abcdefgh"].map(secret), []);
  search = searching(partsOf(store));
});

interface Result {
  readonly items: readonly { readonly thingId: string }[];
  readonly cursor?: string;
  readonly nextPageOffset?: number;
}

const listed = ({ items }: Result): string => names(items.map(({ thingId }) => ({ id: thingId })));

test("pages are read one after the other by the cursors that they tell", async () => {
  await using door = await openSearchDoor({ search, auth: owner });
  const read = async (option: string) =>
    (await (await door.fetch(`${SEARCH}?option=${encodeURIComponent(option)}`)).json()) as Result;

  const first = await read("sort(-attributes/public),size(5)");
  const second = await read(`cursor(${first.cursor})`);

  expect([listed(first), listed(second)]).toEqual(["b d f h a", "c e g"]);
  expect(first).not.toHaveProperty("nextPageOffset");
  expect(second).not.toHaveProperty("cursor");
  expect((await read("limit(1,2)")).nextPageOffset).toBe(3);
});

test("URI and form find the same", async () => {
  await using door = await openSearchDoor({ search, auth: owner });
  const asked = "filter=gt(attributes/n,5)&filter=exists(attributes/public)&fields=thingId";
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  for (const [path, expected] of [
    [SEARCH, '{"items":[{"thingId":"org.test:g"},{"thingId":"org.test:h"}],"nextPageOffset":-1}'],
    [`${SEARCH}/count`, "2"],
  ] as const) {
    expect(await (await door.fetch(`${path}?${asked}`)).text()).toBe(expected);
    expect(await (await door.fetch(path, { method: "POST", headers, body: asked })).text()).toBe(expected);
  }
});

test("who may read only some finds nothing by the rest", async () => {
  await using door = await openSearchDoor({ search, auth: guest });
  const count = async (filter: string) => (await door.fetch(`${SEARCH}/count?filter=${filter}`)).json();

  expect(await count("gt(attributes/n,5)")).toBe(0);
  expect(await count("eq(attributes/public,1)")).toBe(4);
});

test("a stream has all things, and another goes on where it stopped", async () => {
  await using door = await openSearchDoor({ search, auth: owner });
  const stream = async (query: string, lastEventId = "") => {
    const headers = { ...events.headers, "last-event-id": lastEventId };
    const text = await (await door.fetch(`${SEARCH}?${query}`, { headers })).text();
    return [...text.matchAll(/^id:org\.test:(.*)$/gm)].map(([, name]) => name).join(" ");
  };

  expect(await stream("")).toBe("a b c d e f g h");
  expect(await stream("", "org.test:e")).toBe("f g h");
  const option = `option=${encodeURIComponent("sort(-attributes/public),size(2)")}`;
  expect(await stream(option)).toBe("b d f h a c e g");
  expect(await stream(option, "org.test:h")).toBe("a c e g");
});

test.each([
  ["filter=eq(attributes/n", 400],
  ["filter=", 400],
  ["filter=eq(_namespace,1)", 400],
  ["option=size(0)", 400],
  ["option=limit(0,1)", 400],
  ["option=bogus(1)", 400],
])("a stream that is asked for by '%s' is refused with %d", async (query, status) => {
  await using door = await openSearchDoor({ search, auth: owner });
  expect((await door.fetch(`${SEARCH}?${query}`, events)).status).toBe(status);
});
