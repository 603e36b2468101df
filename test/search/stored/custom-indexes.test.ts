import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { alone } from "../../../src/cluster/alone.ts";
import { openStorage } from "../../../src/journal/open.ts";
import type { CustomIndex } from "../../../src/ops/custom-indexes.ts";
import type { IndexObservation } from "../../../src/search/custom-index-upkeep.ts";
import { type CustomIndexes, customIndexes } from "../../../src/search/custom-indexes.ts";
import { indexExpressions } from "../../../src/search/sql/literal.ts";
import type { SearchStore } from "../../../src/search/store.ts";
import { storedIndex } from "../../../src/search/stored/stored-index.ts";
import { storages } from "../../journal/storages.ts";
import { indexed, type Stored, useStore } from "./stores.ts";

const region = ["attributes", "region"];
const field = (path: readonly string[], descending = false) => ({ path, descending });
const byRegion: CustomIndex = { name: "by region", fields: [field(region)] };
const byTime: CustomIndex = { name: "by_time", fields: [field(["_modified"], true)] };

describe.each(storages)("custom indexes on $name", ({ openStorage: open, name }) => {
  /** What an embedded database, with its one session, has no counterpart of. */
  const testOnServer = (what: string, run: () => Promise<void>) => {
    if (name === "PostgreSQL") test(what, run);
  };
  let stored: Stored;
  const kept: CustomIndexes[] = [];
  const seen: IndexObservation[] = [];
  useStore(open, (opened) => {
    stored = opened;
  });

  beforeEach(async () => {
    seen.length = 0;
    await stored.database.query("delete from search_thing", []);
  });
  afterEach(async () => {
    for (const one of kept.splice(0)) one.stop();
    const none = customIndexes(stored.database, [], () => undefined, alone("test"));
    await none.ready;
    none.stop();
  });

  const keep = (...configured: readonly CustomIndex[]): CustomIndexes => {
    const one = customIndexes(stored.database, configured, (fact) => seen.push(fact), alone("test"));
    kept.push(one);
    return one;
  };
  const storeFor = (indexes: CustomIndexes): SearchStore => storedIndex(stored.database, indexes.watch);
  const present = async () =>
    (
      await stored.database.query(
        "select indexname as name from pg_indexes where indexname like 'search\\_custom\\_%'",
        [],
      )
    )
      .map((row) => String(row.name))
      .sort();
  const plan = async (condition: string, order: string): Promise<string> => {
    const text = `explain select id from search_thing t where ${condition} order by ${order} limit 25`;
    return JSON.stringify(await stored.database.query(text, []));
  };

  test("are made when they are configured, and dropped when they are not any more", async () => {
    const both = keep(byRegion, byTime);
    expect(both.isIndexed(region)).toBe(false);
    await both.ready;
    expect((await present()).map((one) => one.replace(/_[0-9a-f]{12}$/, ""))).toEqual([
      "search_custom_arrays",
      "search_custom_arrays",
      "search_custom_by_region",
      "search_custom_by_time",
    ]);
    expect([region, ["_modified"], ["attributes"], ["attributes", "x"]].map(both.isIndexed)).toEqual([
      true,
      true,
      false,
      false,
    ]);
    both.stop();
    await keep(byTime).ready;
    expect(await present()).toHaveLength(2);
    await keep().ready;
    expect(await present()).toEqual([]);
  });

  test("are left alone as long as their definitions stay, and made anew when they change", async () => {
    await keep(byRegion).ready;
    const first = await present();
    seen.length = 0;
    await keep(byRegion).ready;
    expect(seen).toEqual([]);
    await keep({ ...byRegion, fields: [field(region, true)] }).ready;
    expect(seen.map(({ what }) => what)).toEqual(["custom-index-dropped", "custom-index-made"]);
    expect(await present()).not.toEqual(first);
  });

  test("are made once by servers that start together", async () => {
    await Promise.all([keep(byRegion, byTime).ready, keep(byRegion, byTime).ready]);
    expect(seen.filter(({ what }) => what === "custom-index-made")).toHaveLength(4);
    expect(seen.filter(({ what }) => what === "custom-indexes-failed")).toEqual([]);
  });

  test("serve a range and an order by the same field, in the direction they have", async () => {
    await stored.store.putThings(
      Array.from({ length: 5_000 }, (_, i) => indexed(`n:${i}`, 1, { attributes: { region: i } })),
      [],
    );
    const { rank, number, text } = indexExpressions(region, "t");
    const above = `${rank} = 1 and ${number} > 4000`;
    await keep(byRegion).ready;
    const up = await plan(above, `${rank}, ${number}, ${text}, id`);
    expect(up).toMatch(/Index (Only )?Scan using search_custom_by_region/);
    expect(up).not.toMatch(/Sort/);
    await keep({ name: "down", fields: [field(region, true)] }).ready;
    const down = await plan(above, `${rank} desc, ${number} desc, ${text} desc, id`);
    expect(down).toMatch(/Index (Only )?Scan using search_custom_down/);
    expect(down).not.toMatch(/Sort/);
  });

  test("do not serve a field once a thing has an array on its path, and serve it again when none has", async () => {
    const indexes = keep(byRegion, byTime);
    await indexes.ready;
    const store = storeFor(indexes);
    await store.putThings([indexed("n:a", 1, { attributes: { region: 1 } })], []);
    expect(indexes.isIndexed(region)).toBe(true);
    await store.putThings([indexed("n:a", 2, { attributes: [{ region: 1 }] })], []);
    expect(indexes.isIndexed(region)).toBe(false);
    expect(indexes.isIndexed(["_modified"])).toBe(true);
    await store.putThings([], [{ id: "n:a", revision: 3 }]);
    for (let i = 0; i < 60 && !indexes.isIndexed(region); i++) await pause(50);
    expect(indexes.isIndexed(region)).toBe(true);
  });

  test("do not serve a field of which a thing had an array before they were made", async () => {
    await stored.store.putThings([indexed("n:a", 1, { attributes: { region: [1] } })], []);
    const indexes = keep(byRegion);
    await indexes.ready;
    expect(indexes.isIndexed(region)).toBe(false);
  });

  test("the look for arrays finds them by their index", async () => {
    const indexes = keep(byRegion);
    await indexes.ready;
    await stored.store.putThings(
      Array.from({ length: 3_000 }, (_, i) => indexed(`n:${i}`, 1, { attributes: { region: i } })),
      [],
    );
    await stored.database.query("analyze search_thing", []);
    expect(await plan(String(indexes.watch.conditions[0]), "id")).toMatch(/search_custom_arrays/);
  });

  test("long texts of several fields fit", async () => {
    const fields = ["a", "b", "c", "d"].map((key) => field(["attributes", key]));
    const indexes = keep({ name: "x".repeat(200), fields });
    await indexes.ready;
    const long = () =>
      String.fromCodePoint(
        ...Array.from({ length: 300 }, () => 0x10000 + Math.floor(Math.random() * 0xfffff)),
      );
    const attributes = { a: long(), b: long(), c: long(), d: long() };
    await storeFor(indexes).putThings([indexed(`n:${"i".repeat(250)}`, 1, { attributes })], []);
    expect(await stored.store.listThings("", 9)).toHaveLength(1);
  });

  /** Does something while no index can be made, since a transaction that is older is under way. */
  const whileBlocked = async (work: () => Promise<void>) => {
    await stored.database.transaction(async (query) => {
      await query("select pg_current_xact_id()", []);
      await query("insert into search_state (name, value) values ('blocked', '') on conflict do nothing", []);
      await query("lock table search_thing in row exclusive mode", []);
      await work();
    });
  };
  const making = "from pg_stat_activity where query like 'create index concurrently%' and state = 'active'";
  const untilMaking = async () => {
    const isAtIt = async () => (await stored.database.query(`select pid ${making}`, [])).length > 0;
    for (let i = 0; i < 100 && !(await isAtIt()); i++) await pause(20);
    expect(await isAtIt()).toBe(true);
  };
  const halfDone = () =>
    stored.database.query("select indexrelid::regclass::text from pg_index where not indisvalid", []);

  testOnServer("are made again when an attempt was ended in the middle of it", async () => {
    await whileBlocked(async () => {
      keep(byRegion);
      await untilMaking();
      await stored.database.query(`select pg_terminate_backend(pid) ${making}`, []);
      for (let i = 0; i < 100 && seen.length === 0; i++) await pause(20);
      expect(seen.map(({ what }) => what)).toEqual(["custom-indexes-failed"]);
    });
    kept.pop()?.stop();
    expect(await halfDone()).toHaveLength(1);
    const again = keep(byRegion);
    await again.ready;
    expect(again.isIndexed(region)).toBe(true);
    expect(await halfDone()).toEqual([]);
  });

  testOnServer("hold up neither writes nor the end of a server while they are made", async () => {
    const other = await openStorage(stored.options);
    await whileBlocked(async () => {
      const indexes = customIndexes(other.database, [byRegion], (fact) => seen.push(fact), alone("test"));
      await untilMaking();
      await stored.store.putThings([indexed("n:a", 1)], []);
      indexes.stop();
      const since = performance.now();
      await other.journal.close();
      await indexes.ready;
      expect(performance.now() - since).toBeLessThan(3_000);
    });
    expect(seen).toEqual([]);
  });

  testOnServer("of another server's writing are seen soon", async () => {
    const indexes = keep(byRegion);
    await indexes.ready;
    await stored.store.putThings([indexed("n:a", 1, { attributes: { region: [1] } })], []);
    for (let i = 0; i < 60 && indexes.isIndexed(region); i++) await pause(50);
    expect(indexes.isIndexed(region)).toBe(false);
  });

  test("what keeps one from being made is told", async () => {
    const broken = { name: "broken", fields: [field(["attributes", "x"])] };
    const database = {
      ...stored.database,
      session: () => Promise.reject(new Error("no room")),
      query: stored.database.query,
      isEmbedded: stored.database.isEmbedded,
    };
    const indexes = customIndexes(database, [broken], (fact) => seen.push(fact), alone("test"));
    await pause(200);
    expect(seen.map(({ what }) => what)).toEqual(["custom-indexes-failed"]);
    expect(indexes.isIndexed(["attributes", "x"])).toBe(false);
    indexes.stop();
    await indexes.ready;
  });
});
