// Searches of the published Ditto JavaScript client, unchanged, against a server on either storage.

import {
  And,
  DefaultSearchOptions,
  type DittoHttpClient,
  Eq,
  Exists,
  Ge,
  ILike,
  In,
  Like,
  Lt,
  Ne,
  Not,
  Or,
  type SearchHandle,
} from "@eclipse-ditto/ditto-javascript-client-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { httpClient } from "../../demo/ditto-clients.ts";
import { newPlace, type Place, type StorageKind } from "../campaigns/place.ts";
import type { TestServer } from "../support/server.ts";

const storages: StorageKind[] = ["pglite", "postgres"];
const lamps = ["org.client.hall:lamp-1", "org.client.hall:lamp-2", "org.client.yard:lamp-3"] as const;
const options = () => DefaultSearchOptions.getInstance();

describe.each(storages)("searches of the published JavaScript client on %s", (kind) => {
  let place: Place;
  let server: TestServer;
  let http: DittoHttpClient;
  let things: SearchHandle;

  beforeAll(async () => {
    place = await newPlace(kind);
    server = await place.start();
    http = httpClient(server.url);
    things = http.getSearchHandle();
    for (const [i, id] of lamps.entries()) await putThing(id, i + 1);
  });

  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await place[Symbol.asyncDispose]();
  });

  /** Puts a thing, and waits until it can be found. */
  async function putThing(id: string, level: number): Promise<void> {
    const answer = await server.fetch(`/api/2/things/${id}?requested-acks=twin-persisted,search-persisted`, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        attributes: { level, name: `Lamp ${level}` },
        features: { lamp: { properties: { on: level > 1 } } },
      }),
    });
    expect(answer.status, await answer.text()).toBeLessThan(300);
  }

  const idsOf = async (wanted: DefaultSearchOptions): Promise<string[]> =>
    (await things.search(wanted)).items.map(({ thingId }) => thingId);

  const filters = [
    [Eq("attributes/level", 2), [lamps[1]]],
    [Ne("attributes/level", 2), [lamps[0], lamps[2]]],
    [And(Ge("attributes/level", 2), Lt("attributes/level", 3)), [lamps[1]]],
    [Or(Eq("thingId", lamps[2]), In("attributes/level", 1, 9)), [lamps[0], lamps[2]]],
    [Not(Like("attributes/name", "*2")), [lamps[0], lamps[2]]],
    [ILike("attributes/name", "lAMP ?"), lamps],
    [Exists("features/lamp/properties/on"), lamps],
    [Eq("features/*/properties/on", true), [lamps[1], lamps[2]]],
  ] as const;
  test.each(filters)("find the things of %s", async (filter, ids) => {
    expect(await idsOf(options().withFilter(filter).withSort("+thingId"))).toEqual(ids);
  });

  test("are sorted, and select fields", async () => {
    const wanted = options().withSort("-attributes/level,+thingId").withFields("thingId", "attributes/level");

    const { items } = await things.search(wanted);

    expect(items.map((thing) => thing.toObject())).toEqual(
      [3, 2, 1].map((level) => ({ thingId: lamps[level - 1], attributes: { level } })),
    );
  });

  test("are bounded to namespaces", async () => {
    expect(await idsOf(options().withNamespaces("org.client.yard"))).toEqual([lamps[2]]);
    expect(
      await idsOf(options().withNamespaces("org.client.hall", "org.client.yard").withSort("+thingId")),
    ).toEqual(lamps);
  });

  test("go on by a cursor", async () => {
    const first = await things.search(options().withSort("+thingId").withPageSize(2));
    expect(first.items.map(({ thingId }) => thingId)).toEqual(lamps.slice(0, 2));

    const second = await things.search(options().withCursor(first.cursor));

    expect(second.items.map(({ thingId }) => thingId)).toEqual(lamps.slice(2));
    expect(second.cursor).toBe("");
  });

  test("go on by an offset", async () => {
    const page = await things.search(options().withSort("+thingId").withLimit(1, 1));

    expect(page.items.map(({ thingId }) => thingId)).toEqual([lamps[1]]);
    expect(page.nextPageOffset).toBe(2);
  });

  test("count", async () => {
    expect(await things.count(options().withFilter(Ge("attributes/level", 2)))).toBe(2);
    expect(await things.count()).toBe(3);
  });

  test("find and count the same by POST", async () => {
    const wanted = () => options().withFilter(Ge("attributes/level", 2)).withSort("-thingId");

    const { items } = await things.postSearch(wanted());

    expect(items.map(({ thingId }) => thingId)).toEqual([lamps[2], lamps[1]]);
    expect(await things.postCount(options().withFilter(Ge("attributes/level", 2)))).toBe(2);
  });

  test("are refused where their filter is none", async () => {
    await expect(things.search(options().withRawFilter("bogus("))).rejects.toMatchObject({
      status: 400,
      body: { error: "rql.expression.invalid" },
    });
  });
});
