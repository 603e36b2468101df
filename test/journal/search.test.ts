// Queries that take long: how they end, and what others notice of it.

import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { type Database, QUERY_CANCELED } from "../../src/journal/database.ts";
import { JournalUnavailable } from "../../src/journal/journal.ts";
import { openStorage } from "../../src/journal/open.ts";
import { storedIndex } from "../../src/search/stored/stored-index.ts";
import { append, indexed, recorded, type Stored, useStore } from "../search/stored/stores.ts";
import { startPostgres } from "../support/postgres.ts";
import { storages } from "./storages.ts";

const ended = { name: "DatabaseError", sqlState: QUERY_CANCELED };
/** Takes as long as it is told, in steps between which an embedded database looks at the clock. */
const SLOW = "select $1::text as mark, count(*) from (select generate_series(1, 2000000000) as n) as numbers";
const IN_TIME = `${SLOW} where search_in_time(n, $2)`;

describe.each(storages)("a query on $name", ({ openStorage: open, name }) => {
  let database: Database;
  let stored: Stored;
  useStore(open, (opened) => {
    stored = opened;
    database = opened.database;
  });
  /** A query that works for so long where nothing else ends it. */
  const slow = (ms: number, signal?: AbortSignal) =>
    name === "PGlite"
      ? database.search(IN_TIME, ["slow", Date.now() + ms], { timeoutMs: ms, signal })
      : database.search(SLOW, ["slow"], { timeoutMs: ms, signal });

  test("answers with its rows, JSON as text", async () => {
    const rows = await database.search("select $1::jsonb as j, $2::numeric as n", ['{"a": 1}', 2], {
      timeoutMs: 5_000,
    });
    expect(rows).toEqual([{ j: '{"a": 1}', n: "2" }]);
  });

  test("answers alike however often its statement comes", async () => {
    for (let i = 0; i < 10; i++)
      expect(await database.search("select $1::int + 1 as next", [i], { timeoutMs: 5_000 })).toEqual([
        { next: i + 1 },
      ]);
  });

  test("ends in time, and the next is answered", async () => {
    await expect(slow(200)).rejects.toMatchObject(ended);
    expect(await database.search("select 1 as one", [], { timeoutMs: 5_000 })).toEqual([{ one: 1 }]);
  });

  test("is not sent when it is not wanted any more", async () => {
    await expect(slow(60_000, AbortSignal.abort())).rejects.toMatchObject(ended);
    const blocker = Array.from({ length: 4 }, () => slow(300).catch(() => undefined));
    const controller = new AbortController();
    const waiting = database.search("select nonsense", [], { timeoutMs: 5_000, signal: controller.signal });
    controller.abort();
    await expect(waiting).rejects.toMatchObject(ended);
    await Promise.all(blocker);
  });

  test("that waits too long for its turn is dropped", async () => {
    const blocker = Array.from({ length: 6 }, () => slow(400).catch(() => undefined));
    await expect(database.search("select nonsense", [], { timeoutMs: 50 })).rejects.toMatchObject(ended);
    await Promise.all(blocker);
  });

  test("tells its caller at once that it is not wanted any more", async () => {
    const controller = new AbortController();
    const asked = slow(1_500, controller.signal);
    setTimeout(() => controller.abort(), 50);
    const since = performance.now();
    await expect(asked).rejects.toMatchObject(ended);
    expect(performance.now() - since).toBeLessThan(1_000);
  });

  test("that fails says why, and does not hold up the next", async () => {
    await expect(database.search("select 1 / 0", [], { timeoutMs: 5_000 })).rejects.toMatchObject({
      sqlState: "22012",
    });
    expect(await database.search("select 1 as one", [], { timeoutMs: 5_000 })).toEqual([{ one: 1 }]);
  });

  test("lets the journal write between it and the next", async () => {
    const short = () => slow(250).catch(() => undefined);
    const all = Promise.all(Array.from({ length: 12 }, short));
    const since = performance.now();
    await append(stored.journal, recorded("thing", "n:between", 1));
    expect(performance.now() - since).toBeLessThan(900);
    await all;
  });
});

describe("a query on PostgreSQL", () => {
  let database: Database;
  useStore(storages[1].openStorage, (opened) => {
    database = opened.database;
  });

  const atWork = async (mark: string): Promise<number> => {
    const rows = await database.query(
      "select count(*)::int as n from pg_stat_activity where state = 'active' and query like $1 and pid <> pg_backend_pid()",
      [`%${mark}%`],
    );
    return Number(rows[0]?.n);
  };
  const until = async (mark: string, count: number) => {
    for (let i = 0; i < 400 && (await atWork(mark)) !== count; i++) await pause(20);
    return atWork(mark);
  };

  test("is gone from the database when it took too long", async () => {
    const asked = database.search("select 'timed', pg_sleep(30)", [], { timeoutMs: 300 });
    asked.catch(() => undefined);
    expect(await until("'timed'", 1)).toBe(1);
    await expect(asked).rejects.toMatchObject(ended);
    expect(await until("'timed'", 0)).toBe(0);
  });

  test("is gone from the database when it is not wanted any more", async () => {
    const controller = new AbortController();
    const asked = database.search("select 'left', pg_sleep($1)", [30], {
      timeoutMs: 60_000,
      signal: controller.signal,
    });
    asked.catch(() => undefined);
    expect(await until("'left'", 1)).toBe(1);
    controller.abort();
    await expect(asked).rejects.toMatchObject(ended);
    expect(await until("'left'", 0)).toBe(0);
  });

  test("is gone from the database at whatever moment it is ended", async () => {
    const rounds = Array.from({ length: 120 }, async (_, i) => {
      const text = `select 'stray ${i % 60}', pg_sleep($1)`;
      const signal = AbortSignal.timeout(5 + 3 * i);
      await database.search(text, [30], { timeoutMs: 60_000, signal }).catch(() => undefined);
    });
    await Promise.all(rounds);
    expect(await until("'stray", 0)).toBe(0);
  });

  test("never ends another: after hundreds that were ended, those after them were all answered", async () => {
    const rounds = Array.from({ length: 200 }, async (_, i) => {
      const controller = new AbortController();
      const asked = database.search("select pg_sleep(0.02)", [], {
        timeoutMs: 9_000,
        signal: controller.signal,
      });
      setTimeout(() => controller.abort(), i % 25);
      await asked.catch(() => undefined);
      return database.search("select $1::int as i", [i], { timeoutMs: 20_000 });
    });
    expect((await Promise.all(rounds)).map(([row]) => row?.i)).toEqual(rounds.map((_, i) => i));
  }, 60_000);

  test("is ended while its connection is still being made, and the next gets one", async () => {
    await using storage = await storages[1].openStorage();
    const opened = await openStorage(storage.options);
    const controllers = Array.from({ length: 4 }, () => new AbortController());
    const asked = controllers.map(({ signal }) =>
      opened.database.search("select 1", [], { timeoutMs: 9_000, signal }),
    );
    for (const controller of controllers) controller.abort();
    await Promise.all(asked.map((one) => expect(one).rejects.toMatchObject(ended)));
    expect(await opened.database.search("select 1 as one", [], { timeoutMs: 5_000 })).toEqual([{ one: 1 }]);
    await opened.journal.close();
  });
});

describe("queries of a PostgreSQL that goes away", () => {
  test("are refused while it is gone and answered when it is back", async () => {
    await using postgres = await startPostgres({ own: true });
    const databaseUrl = await postgres.createDatabase("searched");
    const { database, journal } = await openStorage({ databaseUrl, dataDir: "unused" });
    const store = storedIndex(database);
    const one = { text: "select $1::int as one", parameters: [1] };
    const asked = store.run({ text: "select pg_sleep(30)", parameters: [] }, 20_000).catch((error) => error);
    expect(await store.run(one, 5_000)).toEqual([{ one: 1 }]);
    await postgres.stop();
    expect(await asked).toBeInstanceOf(JournalUnavailable);
    for (let i = 0; i < 6; i++) await expect(store.run(one, 5_000)).rejects.toThrow(JournalUnavailable);
    await expect(store.putThings([indexed("n:a", 1)], [])).rejects.toThrow(JournalUnavailable);
    await postgres.start();
    for (let i = 0; i < 6; i++) expect(await store.run(one, 5_000)).toEqual([{ one: 1 }]);
    await journal.close();
  });
});
