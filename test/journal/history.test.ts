import { beforeAll, describe, expect, test } from "vitest";
import type { Queries, Query } from "../../src/journal/database.ts";
import { listReach, loadAt, prune } from "../../src/journal/history-statements.ts";
import type { Journal, JournalRow, SnapshotRow } from "../../src/journal/journal.ts";
import { openDatabase } from "../../src/journal/open.ts";
import { readEvents } from "../../src/journal/statements.ts";
import { append, revisionsOf, row, upTo } from "./appends.ts";
import { useJournal, wholeAndDivided } from "./storages.ts";

/** Row number n was recorded at n × 1,000. */
const timed = (id: string, revision: number, more: Partial<JournalRow> = {}) =>
  row(id, revision, { timestamp: revision * 1_000, ...more });

const snapshot = (id: string, revision: number, more: Partial<SnapshotRow> = {}): SnapshotRow => ({
  kind: "thing",
  id,
  revision,
  state: `{"at":${revision}}`,
  created: 1_000,
  modified: revision * 1_000,
  metadata: null,
  ...more,
});

describe.each(wholeAndDivided)("history on $name", ({ openStorage }) => {
  let journal: Journal;
  useJournal(openStorage, (opened) => {
    journal = opened;
  });

  describe("metadata", () => {
    test("of rows and snapshots come back as they went in, beside rows that have none", async () => {
      const rows = [
        row("ns:meta", 1, { action: "created", path: "/", value: "{}", metadata: '{"a":[1, 2]}' }),
        row("ns:meta", 2),
        row("ns:meta", 3, { metadata: '{"b":1.0}' }),
      ];
      await append(journal, ...rows);

      const { snapshot: born, tail } = await journal.load("thing", "ns:meta");
      expect(born).toMatchObject({ revision: 1, state: "{}", metadata: '{"a":[1, 2]}' });
      expect(tail).toEqual(rows.slice(1));
      const stored = snapshot("ns:meta", 3, { metadata: '{"c":2}' });
      await journal.storeSnapshots([stored]);
      expect((await journal.load("thing", "ns:meta")).snapshot).toEqual(stored);
      expect((await journal.loadAt("thing", "ns:meta", {}, 9)).snapshot).toEqual(stored);
    });

    test("are none of a birth without any", async () => {
      await append(journal, row("ns:bare", 1, { action: "created", path: "/", value: "{}" }));

      expect((await journal.load("thing", "ns:bare")).snapshot).toMatchObject({ metadata: null });
    });
  });

  describe("an entity at a moment", () => {
    const id = "ns:then";
    beforeAll(async () => {
      await append(journal, ...upTo(50).map((revision) => timed(id, revision)));
      await append(journal, timed(id, 5, { kind: "policy" }), timed("ns:then-", 5), timed("ns:the", 5));
      await journal.storeSnapshots([40, 10, 20].map((revision) => snapshot(id, revision)));
    });
    const at = async (moment: { revision?: number; before?: number }, limit = 100) => {
      const found = await journal.loadAt("thing", id, moment, limit);
      return { base: found.snapshot?.revision, rows: revisionsOf(found.tail) };
    };

    test("is made of the newest snapshot up to its revision and the rows from that one's on", async () => {
      expect(await at({ revision: 23 })).toEqual({ base: 20, rows: [20, 21, 22, 23] });
      expect(await at({ revision: 20 })).toEqual({ base: 20, rows: [20] });
      expect(await at({ revision: 3 })).toEqual({ base: undefined, rows: [1, 2, 3] });
    });

    test("or of what lies before its time", async () => {
      expect(await at({ before: 22_000 })).toEqual({ base: 20, rows: [20, 21] });
      expect(await at({ before: 22_001 })).toEqual({ base: 20, rows: [20, 21, 22] });
      expect(await at({ before: 20_000 })).toMatchObject({ base: 10 });
      expect(await at({ before: 1_000 })).toEqual({ base: undefined, rows: [] });
    });

    test("or of the earlier of both", async () => {
      expect(await at({ revision: 12, before: 45_000 })).toEqual({ base: 10, rows: [10, 11, 12] });
      expect(await at({ revision: 45, before: 12_500 })).toEqual({ base: 10, rows: [10, 11, 12] });
      expect(await at({ revision: 5, before: 45_000 })).toMatchObject({ base: undefined });
    });

    test("is read in bounded pieces", async () => {
      expect(await at({ revision: 39 }, 5)).toEqual({ base: 20, rows: [20, 21, 22, 23, 24] });
    });

    test("has the snapshots of its own kind only", async () => {
      expect(await journal.loadAt("policy", id, {}, 9)).toEqual({
        snapshot: undefined,
        tail: [timed(id, 5, { kind: "policy" })],
      });
    });
  });

  describe("the oldest rows", () => {
    test("are told of entity by entity", async () => {
      const birth = { action: "created", path: "/", value: "{}" };
      for (const [id, count] of [
        ["0:a", 1],
        ["0:b", 3],
        ["0:c", 30],
      ] as const) {
        await append(
          journal,
          ...upTo(count).map((revision) => timed(id, revision, revision === 1 ? birth : {})),
        );
      }
      await append(journal, timed("0:b", 1, { kind: "policy", ...birth }));
      await journal.storeSnapshots([5, 8].map((revision) => snapshot("0:c", revision)));
      const page = await journal.listReach({ kind: "thing", id: "" }, 5_001, 20, 3);

      const none = { base: undefined, next: undefined, later: undefined };
      expect(page).toEqual([
        { kind: "thing", id: "0:a", oldest: 1, second: undefined, ...none },
        { kind: "policy", id: "0:b", oldest: 1, second: undefined, ...none },
        { kind: "thing", id: "0:b", oldest: 1, second: 2_000, ...none, next: 2_000 },
      ]);
      const [next] = await journal.listReach(page.at(-1)!, 5_001, 20, 1);
      expect(next).toEqual({
        ...{ kind: "thing", id: "0:c", oldest: 1, second: 2_000 },
        ...{ base: 5, next: 6_000, later: 25_000 },
      });
      const [unkept] = await journal.listReach(page.at(-1)!, 5_000, 20, 1);
      expect(unkept).toMatchObject({ oldest: 1, base: undefined, next: 2_000, later: 21_000 });
    });

    test("go up to the newest snapshot that is old enough, whose own row stays", async () => {
      const id = "ns:old";
      await append(journal, ...upTo(50).map((revision) => timed(id, revision)));
      await append(journal, timed(id, 1, { kind: "policy" }), timed("ns:ol", 1));
      await journal.storeSnapshots([10, 20, 30, 40].map((revision) => snapshot(id, revision)));
      const before = await journal.load("thing", id);

      const cut = async (limit: number) => (await journal.prune([{ kind: "thing", id }], 30_001, limit))[0];
      // A cut ends before a kept snapshot, so that all that is left can be read; where none is near, between.
      expect(await cut(12)).toBe(9);
      expect((await journal.loadAt("thing", id, { revision: 15 }, 9)).snapshot?.revision).toBe(10);
      expect(await cut(4)).toBe(4);
      expect(revisionsOf((await journal.loadAt("thing", id, { revision: 15 }, 9)).tail)).toEqual([14, 15]);
      expect(await cut(100)).toBe(16);

      expect(await cut(100)).toBe(0);
      expect(revisionsOf(await journal.readEvents("thing", id, 1, 99, 1))).toEqual([30]);
      expect((await journal.loadAt("thing", id, { revision: 31 }, 9)).snapshot?.revision).toBe(30);
      expect((await journal.loadAt("thing", id, { revision: 29 }, 9)).snapshot).toBeUndefined();
      expect(await journal.load("thing", id)).toEqual(before);
      expect(await journal.readEvents("policy", id, 1, 9, 9)).toHaveLength(1);
      expect(await journal.readEvents("thing", "ns:ol", 1, 9, 9)).toHaveLength(1);
    });

    test("stay where no snapshot is old enough", async () => {
      await append(journal, ...upTo(5).map((revision) => timed("ns:base", revision)));
      await journal.storeSnapshots([snapshot("ns:base", 4)]);

      expect(await journal.prune([{ kind: "thing", id: "ns:base" }], 4_000, 100)).toEqual([0]);

      expect(await journal.readEvents("thing", "ns:base", 1, 9, 9)).toHaveLength(5);
    });

    test("of several things and policies go together", async () => {
      const keys = [
        { kind: "thing", id: "ns:s1" },
        { kind: "policy", id: "ns:s1" },
        { kind: "thing", id: "ns:s2" },
        { kind: "thing", id: "ns:s-none" },
      ] as const;
      for (const { kind, id } of keys.slice(0, 3)) {
        await append(journal, ...upTo(30).map((revision) => timed(id, revision, { kind })));
        const kept = kind === "policy" ? 7 : 20;
        await journal.storeSnapshots([snapshot(id, kept, { kind })]);
      }

      expect(await journal.prune(keys, 25_000, 100)).toEqual([19, 6, 19, 0]);

      expect(revisionsOf(await journal.readEvents("policy", "ns:s1", 1, 99, 2))).toEqual([7, 8]);
      expect(revisionsOf(await journal.readEvents("thing", "ns:s2", 1, 99, 2))).toEqual([20, 21]);
      expect((await journal.loadAt("policy", "ns:s1", { revision: 8 }, 9)).snapshot?.revision).toBe(7);
    });
  });
});

test.each(wholeAndDivided)("$name reads no more of a long history than it must", async ({ openStorage }) => {
  await using storage = await openStorage();
  const database = await openDatabase(storage.options);
  await database.query(
    `insert into journal (kind, id, revision, timestamp, action, path, value)
     select 'thing', 'ns:' || (n % 3), n / 3, n, 'modified', '/attributes/x', '1' from generate_series(1, 90000) as n`,
    [],
  );
  await database.query(
    `insert into kept_snapshot (kind, id, revision, created, modified)
     select kind, id, revision, 1, timestamp from journal where revision % 10 = 0`,
    [],
  );
  await database.query(
    `insert into snapshot (kind, id, revision, created, modified)
     select kind, id, max(revision), 1, max(timestamp) from journal group by kind, id`,
    [],
  );
  const key = { kind: "thing", id: "ns:1" } as const;

  // The embedded database never gathers statistics, a PostgreSQL does.
  for (const prepare of ["select 1", "analyze"]) {
    await database.query(prepare, []);
    const plans: string[] = [];
    const watched = planning(database, plans);
    await loadAt(watched, key, { revision: 15_050 }, 300);
    await loadAt(watched, key, { before: 45_150 }, 300);
    await readEvents(watched, key, 12_000, Number.MAX_SAFE_INTEGER, 300);
    await listReach(watched, { kind: "thing", id: "" }, 45_150, 100, 200);
    await prune(watched, [key, { ...key, id: "ns:2" }], 45_150, 250, false);
    await prune(watched, [key], 45_150, 250, true);

    expect(plans).toHaveLength(6);
    // What is called whole is asked for by places, of which each part may have a row.
    const most = storage.options.databasePartitions ? 1_000 : 500;
    for (const plan of plans) expect(mostRows(plan), plan).toBeLessThanOrEqual(most);
  }
  await database.close();
});

/** The database, but every statement puts its plan where the test sees it, and answers nothing. */
function planning(database: Queries, plans: string[]): Queries {
  const query: Query = async (text, parameters) => {
    const lines = await database.query(`explain (analyze, timing off) ${text}`, parameters);
    plans.push(lines.map((line) => Object.values(line)[0]).join("\n"));
    return [];
  };
  return { query };
}

/** The most rows that a step of a plan gave or left out. */
const mostRows = (plan: string): number =>
  Math.max(
    ...[...plan.matchAll(/(?:actual rows=|Removed by Filter: )(\d+)/g)].map(([, rows]) => Number(rows)),
  );
