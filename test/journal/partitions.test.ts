import { describe, expect, test } from "vitest";
import type { Database } from "../../src/journal/database.ts";
import { openDatabase, openJournal, type StorageOptions } from "../../src/journal/open.ts";
import { divide } from "../../src/journal/partitions.ts";
import { append, row, upTo } from "./appends.ts";
import { embedded, external } from "./storages.ts";

const DIVIDED = ["journal", "snapshot", "kept_snapshot", "search_thing"];

async function withDatabase<T>(
  options: StorageOptions,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const database = await openDatabase(options);
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

async function parts(database: Database): Promise<readonly number[]> {
  const rows = await Promise.all(
    DIVIDED.map((table) =>
      database.query("select count(*) as n from pg_inherits where inhparent = to_regclass($1)", [table]),
    ),
  );
  return rows.map(([row]) => Number(row?.n));
}

/** All that is said of the tables but for their parts, as the database tells it. */
async function shapes(database: Database): Promise<unknown> {
  return database.query(
    `select c.relname, a.attname, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull, a.attcollation,
            greatest(a.attstattarget, -1) as statistics, a.attstorage, pg_get_expr(d.adbin, d.adrelid) as fallback
     from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
     left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
     where c.oid = any(array['journal'::regclass, 'snapshot', 'kept_snapshot', 'search_thing']) order by 1, a.attnum`,
    [],
  );
}

async function indexes(database: Database): Promise<readonly string[]> {
  const rows = await database.query(
    `select replace(pg_get_indexdef(indexrelid), ' ONLY ', ' ') as definition, indisvalid from pg_index
     where indrelid = any(array['journal'::regclass, 'snapshot', 'kept_snapshot', 'search_thing']) order by 1`,
    [],
  );
  expect(rows.every(({ indisvalid }) => indisvalid === true)).toBe(true);
  return rows.map(({ definition }) => String(definition));
}

async function fill(options: StorageOptions): Promise<void> {
  const journal = await openJournal(options);
  for (const n of upTo(40))
    await append(
      journal,
      row(`ns:${n}`, 1, { action: "created", path: "/", value: `{"n":${n}}` }),
      row(`ns:${n}`, 2, { metadata: "{}" }),
    );
  await journal.storeSnapshots([
    { kind: "thing", id: "ns:7", revision: 2, state: "{}", created: 1, modified: 2, metadata: null },
  ]);
  await journal.close();
}

describe("tables in parts", () => {
  test("are made at the first start, and stay so without the setting", async () => {
    await using storage = await external();

    expect(await withDatabase({ ...storage.options, databasePartitions: 3 }, parts)).toEqual([3, 3, 3, 3]);

    expect(await withDatabase({ ...storage.options, databasePartitions: 3 }, parts)).toEqual([3, 3, 3, 3]);
    expect(await withDatabase(storage.options, parts)).toEqual([3, 3, 3, 3]);
  });

  test("are made once by servers that start together", async () => {
    await using storage = await external();
    const options = { ...storage.options, databasePartitions: 2 };

    const databases = await Promise.all(upTo(3).map(() => openDatabase(options)));

    for (const database of databases) {
      expect(await parts(database)).toEqual([2, 2, 2, 2]);
      await database.close();
    }
  });

  test("are not made of tables with data: the start says what to do", async () => {
    await using storage = await external();
    await fill(storage.options);

    await expect(openDatabase({ ...storage.options, databasePartitions: 4 })).rejects.toThrow(
      "run `pollux partition`",
    );
    expect(await withDatabase(storage.options, parts)).toEqual([0, 0, 0, 0]);
  });

  test("are the same tables, written anew into other parts and back into one", async () => {
    await using storage = await external();
    await fill(storage.options);
    await withDatabase(storage.options, async (database) => {
      await database.query("create index custom on search_thing ((thing -> 'a')) where pulse", []);
      const all = () =>
        Promise.all(
          ["journal", "snapshot", "kept_snapshot"].map((table) =>
            database.query(`select * from ${table} order by id, kind, revision`, []),
          ),
        );
      const before = { rows: await all(), shapes: await shapes(database), indexes: await indexes(database) };
      expect(before.indexes).toHaveLength(10);

      for (const wanted of [4, 7, 0]) {
        expect(await divide(database, wanted)).toBe(true);
        expect(await divide(database, wanted)).toBe(false);

        expect(await parts(database)).toEqual(DIVIDED.map(() => wanted));
        expect({
          rows: await all(),
          shapes: await shapes(database),
          indexes: await indexes(database),
        }).toEqual(before);
        const [options] = await database.query(
          `select string_agg(distinct reloptions::text, ' ') as given from pg_class
           where relkind = 'r' and relname ~ '^snapshot(_[0-9]+_[0-9]+)?$'`,
          [],
        );
        expect(options?.given).toBe("{fillfactor=70}");
      }
    });
  });

  test("stay as they were where writing them anew is interrupted", async () => {
    await using storage = await external();
    await fill(storage.options);
    await withDatabase(storage.options, async (database) => {
      // The name of a part is taken, after the journal itself is done.
      await database.query("create table snapshot_4_2 (n int)", []);

      await expect(divide(database, 4)).rejects.toThrow("already exists");

      expect(await parts(database)).toEqual([0, 0, 0, 0]);
      const [count] = await database.query("select count(*) as n from journal", []);
      expect(Number(count?.n)).toBe(80);
    });
  });

  test("are nothing of the embedded database", async () => {
    await using storage = await embedded();

    expect(await withDatabase({ ...storage.options, databasePartitions: 3 }, parts)).toEqual([0, 0, 0, 0]);
  });
});
