import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { TwinError } from "../../src/base/errors.ts";
import { type JsonObject, putKey } from "../../src/base/json/json.ts";
import { printPath } from "../../src/base/json/pointer.ts";
import type { Database } from "../../src/journal/database.ts";
import { openDatabase } from "../../src/journal/open.ts";
import { aggregating } from "../../src/search/aggregate/aggregations.ts";
import { keysOf } from "../../src/search/keys.ts";
import { asking } from "../../src/search/query/ask.ts";
import type { SearchParts } from "../../src/search/query/parts.ts";
import { searching } from "../../src/search/query/searching.ts";
import type { AccessRow } from "../../src/search/store.ts";
import { storedIndex } from "../../src/search/stored/stored-index.ts";
import { type Storage, storages } from "../journal/storages.ts";
import { hostileTexts, MARK } from "./hostile.ts";
import { storable } from "./model/values.ts";

const POLICY = "org.test:policy";
const owner = { subjects: ["test:owner"] };
const MOST = 1_000;
/** So that a filter with the text is no longer than it may be. */
const LONGEST = 60_000;
/** Who may read attributes but not all of them, so that rules stand in the statements too. */
const guest = { subjects: ["test:guest"] };

const access: AccessRow = {
  policyId: POLICY,
  namespace: "org.test",
  version: "1",
  sources: [POLICY],
  readers: ["test:owner", "test:guest"],
  partial: ["test:guest"],
  rules: {
    "/": { g: ["test:owner"] },
    "/attributes": { g: ["test:guest"] },
    "/attributes/secret": { r: ["test:guest"] },
  },
};

/** A thing that holds a hostile text as a value and as a key. */
function thingWith(text: string, i: number): JsonObject {
  const attributes: { [key: string]: JsonObject | string | number } = { value: text, n: i, secret: "s" };
  putKey(attributes, text, { inner: i });
  return { thingId: `org.test:t${i}`, policyId: POLICY, attributes, _revision: 1 };
}

const quoted = (text: string, quote: string): string =>
  quote + text.replaceAll("\\", "\\\\").replaceAll(quote, `\\${quote}`) + quote;
/** A key as it stands in the text of a filter. */
const inFilter = (key: string): string =>
  printPath([key])
    .slice(1)
    .replaceAll(/[,)"\\]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);

describe.each(storages)("searches with hostile texts on $name", ({ openStorage }) => {
  let storage: Storage;
  let database: Database;
  let statements: string[] = [];
  let found: { search: ReturnType<typeof searching>; aggregate: ReturnType<typeof aggregating>["aggregate"] };
  let before: unknown;

  beforeAll(async () => {
    storage = await openStorage();
    database = await openDatabase(storage.options);
    const store = storedIndex(database);
    await store.putAccess([access]);
    await store.putThings(
      hostileTexts.map(thingWith).map((thing) => ({
        id: thing.thingId as string,
        revision: 1,
        policyId: POLICY,
        thing: JSON.stringify(thing),
        keys: keysOf(thing),
      })),
      [],
    );
    const parts: SearchParts = {
      store: {
        ...store,
        run: (statement, ...how) => {
          statements.push(statement.text);
          return store.run(statement, ...how);
        },
      },
      read: async (ids) => ids.map((id) => ({ id, text: "{}" })),
      isIndexed: () => false,
      accessSettled: async () => {},
      accessVersion: () => 0,
      settings: {
        searchDefaultPageSize: MOST,
        searchMaxPageSize: MOST,
        searchTimeout: 60_000,
        slowSearchLogEnabled: false,
        slowSearchLogThreshold: 1_000,
      },
      log: { warn: () => undefined },
    };
    found = {
      search: searching(parts),
      aggregate: aggregating({ ask: asking(parts), searchTimeout: 60_000 }).aggregate,
    };
    before = await allTables();
  });
  afterAll(async () => {
    await database.close();
    await storage[Symbol.asyncDispose]();
  });
  afterEach(async () => {
    expect(statements.filter((text) => text.toLowerCase().includes(MARK))).toEqual([]);
    expect(statements.filter((text) => text.length > 5_000)).toEqual([]);
    expect(await allTables()).toEqual(before);
    statements = [];
  });

  /** What stands in the database, but for the secret of cursors, which is made when it is first needed. */
  async function allTables(): Promise<unknown> {
    const tables = await database.query(
      "select table_name from information_schema.tables where table_schema = 'public' order by 1",
      [],
    );
    const [things] = await database.query(
      "select count(*)::int as size, md5(string_agg(t::text, '' order by id)) as content from search_thing t",
      [],
    );
    const [rows] = await database.query(
      "select md5(string_agg(a::text, '')) as content from search_access a",
      [],
    );
    return { tables, things, rows };
  }

  const idsOf = async (filter: string, auth = owner, more: object = {}) => {
    const page = await found.search.query({ filter, auth, headers: {}, ...more });
    return page.things.map(({ id }) => id);
  };

  /** Whatever is answered, it is an answer, or a refusal of what the client has said. */
  async function expectAnswer(doing: () => Promise<unknown>, what: string): Promise<void> {
    try {
      await doing();
    } catch (error) {
      expect(error, what).toBeInstanceOf(TwinError);
      expect([400, 404], what).toContain((error as TwinError).status);
    }
  }

  /** Each asks for about half. */
  const turn = (text: string, i: number) => ((text.length + i) % 2 === 0 ? owner : guest);

  const expected = (text: string, hold: (other: string) => boolean = (other) => other === text): string[] =>
    hostileTexts.flatMap((other, i) => (hold(storable(other)) ? [`org.test:t${i}`] : [])).sort();

  test("a text between quotes is that text", async () => {
    for (const text of hostileTexts)
      for (const [quote, auth] of [
        ["'", owner],
        ['"', guest],
      ] as const) {
        const value = quoted(text, quote);
        if (value.length > LONGEST) continue;
        const same = expected(storable(text));
        expect(await idsOf(`eq(attributes/value,${value})`, auth), value).toEqual(same);
        expect(await idsOf(`in(attributes/value,1,${value})`, auth), value).toEqual(same);
      }
  });

  test("a key is that key", async () => {
    for (const text of hostileTexts) {
      const key = inFilter(text);
      if (key.length > LONGEST) continue;
      const wanted = expected(storable(text));
      expect(await idsOf(`exists(attributes/${key}/inner)`, turn(text, 0)), text).toEqual(wanted);
    }
  });

  test("whatever stands in a filter, the answer is a refusal or an answer", async () => {
    for (const text of hostileTexts) {
      const filters = [
        text,
        `${text}(attributes/a,1)`,
        `eq(attributes/a,${text})`,
        `eq(${text},1)`,
        `eq(attributes/${text},1)`,
        `eq(features/${text}/properties/a,1)`,
        `ge(features/*/properties/${text},null)`,
        `empty(_metadata/${text})`,
        `eq(_modified,time:${text})`,
        `eq(_modified,time:now-1${text})`,
        `like(attributes/value,"${text}")`,
        `ilike(features/*/properties/a,'${text}')`,
        `in(thingId,"a"${text}`,
        `and(eq(attributes/n,1),${text})`,
        `gt(namespace,"${text}")`,
        `lt(policyId,'${text}')`,
      ];
      for (const [i, filter] of filters.entries())
        await expectAnswer(() => idsOf(filter, turn(text, i)), filter.slice(0, 200));
      await expectAnswer(
        () => found.search.count({ filter: filters[4] as string, auth: owner, headers: {} }),
        text.slice(0, 200),
      );
    }
  }, 240_000);

  test("whatever stands in an option, the answer is a refusal or an answer", async () => {
    const first = await found.search.query({ auth: owner, headers: {}, option: "size(2)" });
    for (const text of hostileTexts) {
      const options = [
        text,
        `sort(+attributes/${text})`,
        `sort(${text})`,
        `sort(-thingId,+${text})`,
        `size(${text})`,
        `limit(0,${text})`,
        `limit(${text},1)`,
        `cursor(${text})`,
        `cursor(${first.cursor}${text})`,
        `sort(+attributes/${inFilter(text)},-attributes/value),size(3)`,
      ];
      for (const [i, option] of options.entries())
        await expectAnswer(
          () => found.search.query({ option, auth: turn(text, i), headers: {} }),
          option.slice(0, 200),
        );
      const stream = found.search.stream({
        auth: owner,
        headers: {},
        option: options[1],
        after: `org.test:${text}`,
      });
      await expectAnswer(() => stream.next().finally(() => stream.cancel()), text.slice(0, 200));
    }
  }, 240_000);

  test("cursors are refused as soon as one of their characters is another", async () => {
    const option = "sort(+attributes/value),size(2)";
    const { cursor } = await found.search.query({ auth: owner, headers: {}, option });
    for (let i = 0; i < (cursor as string).length; i += 7) {
      const letter = cursor?.[i] === "A" ? "B" : "A";
      const forged = `${cursor?.slice(0, i)}${letter}${cursor?.slice(i + 1)}`;
      await expect(
        found.search.query({ auth: owner, headers: {}, option: `cursor(${forged})` }),
        forged,
      ).rejects.toThrow(TwinError);
    }
  });

  test("a namespace that is none holds no things, and fields are none of the statement's business", async () => {
    for (const text of hostileTexts) {
      expect(await idsOf("exists(thingId)", owner, { namespaces: [text] }), text).toEqual([]);
      const ids = await idsOf("exists(thingId)", guest, { namespaces: [text, "org.test"], fields: [[text]] });
      expect(ids, text).toHaveLength(hostileTexts.length);
    }
  });

  test("a subject is nobody else", async () => {
    for (const text of hostileTexts) {
      expect(await idsOf("exists(thingId)", { subjects: [text] }), text).toEqual([]);
      expect(await idsOf('eq(attributes/secret,"s")', { subjects: [text, "test:guest"] }), text).toEqual([]);
    }
  });

  test("whatever groups are asked for, the answer is a refusal or an answer", async () => {
    for (const text of hostileTexts) {
      const requests = [
        { groupBy: text },
        { groupBy: `attributes/${text}` },
        { groupBy: `attributes/${inFilter(text)}` },
        { groupBy: `truncate(attributes/${text},h)` },
        { groupBy: `truncate(attributes/value,${text})` },
        { aggregates: text },
        { aggregates: `sum(attributes/${text})` },
        { aggregates: `p${text}(attributes/n)` },
        { aggregates: `${text}(attributes/n)` },
        { option: text },
        { option: `size(${text})` },
        { filter: `eq(attributes/${text},1)` },
        { namespaces: [text] },
      ];
      for (const [i, request] of requests.entries())
        await expectAnswer(
          () => found.aggregate({ ...request, auth: turn(text, i), headers: {} }),
          JSON.stringify(request).slice(0, 200),
        );
    }
  }, 240_000);
});
