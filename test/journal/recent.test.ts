import { setTimeout as pause } from "node:timers/promises";
import { beforeEach, describe, expect, test } from "vitest";
import type { Journal, RecentPlace, RecentRow, StoredKind } from "../../src/journal/journal.ts";
import { openDatabase, openJournal } from "../../src/journal/open.ts";
import { append, row, upTo } from "./appends.ts";
import { useJournal, wholeAndDivided } from "./storages.ts";

const LONG = 3_600_000;

async function pages(journal: Journal, kind: StoredKind, agoMs: number, limit: number): Promise<RecentRow[]> {
  const all: RecentRow[] = [];
  let after: RecentPlace | undefined;
  for (;;) {
    const page = await journal.recent(kind, agoMs, after, limit);
    expect(page.length).toBeLessThanOrEqual(limit);
    all.push(...page);
    if (page.length < limit) return all;
    after = page.at(-1);
  }
}

describe.each(wholeAndDivided)("what was written lately on $name", ({ openStorage }) => {
  let journal: Journal;
  let id: string;
  useJournal(openStorage, (opened) => {
    journal = opened;
  });
  beforeEach(({ task }) => {
    id = `recent:${task.name.replaceAll(" ", "-")}`;
  });

  const mine = (rows: readonly RecentRow[]) => rows.filter((found) => found.id === id);

  test("is told with all that a row says and when the database wrote it", async () => {
    const given = row(id, 1, {
      headers: '{"a":"b"}',
      metadata: '{"m":1}',
      path: "",
      value: "9007199254740993",
    });
    const before = Date.now();
    await append(journal, given);

    const [found] = mine(await journal.recent("thing", LONG, undefined, 10_000));

    expect(found).toEqual({ ...given, recorded: expect.any(Number) });
    expect(Math.abs(found!.recorded - before)).toBeLessThan(5_000);
  });

  test("comes in the order in which it was written, page by page", async () => {
    for (const revision of upTo(25)) await append(journal, row(id, revision));

    const found = mine(await pages(journal, "thing", LONG, 7));

    expect(found.map(({ revision }) => revision)).toEqual(upTo(25));
    expect(found.map(({ recorded }) => recorded)).toEqual(
      found.map(({ recorded }) => recorded).toSorted((a, b) => a - b),
    );
  });

  test("is all there where many rows were written in one millisecond", async () => {
    await append(journal, ...upTo(500).map((revision) => row(id, revision)));

    const found = mine(await pages(journal, "thing", LONG, 50));

    expect(found.map(({ revision }) => revision).toSorted((a, b) => a - b)).toEqual(upTo(500));
  });

  test("is only what is not older than asked for, and of the kind", async () => {
    await append(journal, row(id, 1), row(id, 1, { kind: "policy" }));
    await pause(600);
    await append(journal, row(id, 2));

    expect(mine(await journal.recent("thing", 300, undefined, 100)).map(({ revision }) => revision)).toEqual([
      2,
    ]);
    expect(mine(await pages(journal, "policy", LONG, 100))).toHaveLength(1);
    expect(await journal.recent("predictor", LONG, undefined, 100)).toEqual([]);
  });
});

describe.each(wholeAndDivided)("rows from before there was such a time on $name", ({ openStorage }) => {
  test("are not recent", async () => {
    await using storage = await openStorage();
    const database = await openDatabase(storage.options);
    await database.query(
      `insert into journal (kind, id, revision, timestamp, action, path, recorded)
       values ('thing', 'ns:old', 1, 1, 'deleted', '/', 0)`,
      [],
    );
    await database.close();
    const journal = await openJournal(storage.options);

    expect(await journal.recent("thing", 2 * Date.now(), undefined, 10)).toEqual([]);
    await journal.close();
  });
});
