// When policies are due: noted with the rows that change it, found again in order.

import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Journal, JournalRow } from "../../src/journal/journal.ts";
import { migrate } from "../../src/journal/migrations.ts";
import { openJournal } from "../../src/journal/open.ts";
import { openPglite } from "../../src/journal/pglite.ts";
import { openPostgres } from "../../src/journal/postgres.ts";
import { append, row, upTo } from "./appends.ts";
import { storages, useJournal } from "./storages.ts";

const START = { due: -1, id: "" };
const policy = (id: string, revision: number, due?: number | null, more: Partial<JournalRow> = {}) =>
  row(id, revision, { kind: "policy", ...more, ...(due !== undefined && { due }) });
const birth = { action: "created", path: "/", value: "{}" };

describe.each(storages)("due policies on $name", ({ openStorage }) => {
  let journal: Journal;
  useJournal(openStorage, (opened) => {
    journal = opened;
  });
  const dueOf = async (...ids: readonly string[]) =>
    (await journal.listDue(START, 100_000)).filter(({ id }) => ids.includes(id));

  test("are noted with their rows: the last word counts, and silence changes nothing", async () => {
    await append(journal, policy("ns:a", 1, 500, birth));
    await append(journal, policy("ns:b", 1, undefined, birth));
    await append(journal, policy("ns:a", 2));
    expect(await dueOf("ns:a", "ns:b")).toEqual([{ id: "ns:a", due: 500 }]);

    await append(journal, policy("ns:a", 3, 7));
    expect(await dueOf("ns:a")).toEqual([{ id: "ns:a", due: 7 }]);
    await append(journal, policy("ns:a", 4, null));

    expect(await dueOf("ns:a")).toEqual([]);
    expect((await journal.load("policy", "ns:a")).tail).toHaveLength(3);
  });

  test("are noted with every other row of their batch, births and metadata included", async () => {
    await Promise.all([
      ...upTo(50).map((n) => append(journal, policy("ns:many", n, n === 50 ? 4_242 : n % 3 ? n : null))),
      ...upTo(50).map((n) => append(journal, policy(`ns:other-${n}`, 1, null, birth))),
      append(journal, row("ns:many", 1, { ...birth, metadata: '{"m":1}' })),
      append(journal, policy("ns:meta", 1, 9, { ...birth, metadata: '{"m":2}' })),
    ]);

    expect(await dueOf("ns:many", "ns:meta")).toEqual([
      { id: "ns:meta", due: 9 },
      { id: "ns:many", due: 4_242 },
    ]);
    expect((await journal.load("thing", "ns:many")).snapshot).toMatchObject({ metadata: '{"m":1}' });
    expect((await journal.load("policy", "ns:many")).tail).toHaveLength(50);
  });

  test("that no database can hold fail nothing but their own append", async () => {
    const results = await Promise.all([
      append(journal, policy("ns:sound", 1, 100, birth)),
      append(journal, policy("ns:endless", 1, 1e19, birth)),
      append(journal, policy("ns:sound", 2, 200)),
    ]);

    expect(results).toEqual(["committed", "DataRefused", "committed"]);
    expect(await dueOf("ns:sound", "ns:endless")).toEqual([{ id: "ns:sound", due: 200 }]);
    expect(await journal.load("policy", "ns:endless")).toEqual({ snapshot: undefined, tail: [] });
  });

  test("are not noted with rows that are refused", async () => {
    await append(journal, policy("ns:taken", 1, 100, birth));

    expect(await append(journal, policy("ns:taken", 1, 5, birth))).toBe("RevisionTaken");

    expect(await dueOf("ns:taken")).toEqual([{ id: "ns:taken", due: 100 }]);
  });

  test("are listed in pages, the earliest first, those of one moment by their id", async () => {
    const base = 10_000_000;
    await Promise.all(
      upTo(30).map((n) => append(journal, policy(`page:${100 + n}`, 1, base + (n % 3), birth))),
    );
    const found: string[] = [];
    let after = { due: base - 1, id: "~" };
    for (;;) {
      const page = await journal.listDue(after, 7);
      expect(page.length).toBeLessThanOrEqual(7);
      found.push(...page.map(({ id }) => id));
      if (page.length < 7) break;
      after = page.at(-1)!;
    }

    const at = (rest: number) =>
      upTo(30)
        .filter((n) => n % 3 === rest)
        .map((n) => `page:${100 + n}`);
    expect(found).toEqual([...at(0), ...at(1), ...at(2)]);
  });

  test("are noted afterwards only where that is not known", async () => {
    await append(journal, policy("ns:old", 1, 0, birth));
    await append(journal, policy("ns:gone", 1, 0, birth));
    await append(journal, policy("ns:new", 1, 77, birth));

    await journal.setUnknownDue("ns:old", 5);
    await journal.setUnknownDue("ns:old", 6);
    await journal.setUnknownDue("ns:gone", null);
    await journal.setUnknownDue("ns:new", null);
    await journal.setUnknownDue("ns:nobody", 5);

    expect(await dueOf("ns:old", "ns:gone", "ns:new", "ns:nobody")).toEqual([
      { id: "ns:old", due: 5 },
      { id: "ns:new", due: 77 },
    ]);
  });
});

describe.each(storages)("due policies of a database of before on $name", ({ openStorage }) => {
  test("are found by their snapshots and by the rows since", async () => {
    await using storage = await openStorage();
    const folder = await mkdtemp(join(tmpdir(), "pollux-migrations-"));
    for (const file of ["0000_journal.sql", "0001_history.sql"]) {
      await copyFile(new URL(`../../schema/migrations/${file}`, import.meta.url), join(folder, file));
    }
    const { databaseUrl, dataDir } = storage.options;
    const old = databaseUrl ? await openPostgres(databaseUrl) : await openPglite(dataDir);
    await migrate(old, folder);
    const state = (more: string) => `{"entries":{"e":{"subjects":{"a:b":{"type":"t"${more}}}}}}`;
    const expiring = state(',"expiry":"2030-01-01T00:00:00Z"');
    for (const [kind, id, text] of [
      ["policy", "ns:snap", expiring],
      ["policy", "ns:plain", state("")],
      ["policy", "ns:row", state("")],
      ["thing", "ns:thing", expiring],
    ] as const) {
      await old.query("insert into snapshot values ($1, $2, 1, $3, 1, 1)", [kind, id, text]);
    }
    await old.query(
      `insert into journal (kind, id, revision, timestamp, action, path, value)
       values ('policy', 'ns:row', 2, 2, 'modified', '/entries/e/subjects/a:b', $1)`,
      ['{"type":"t","expiry":"2030-01-01T00:00:00Z"}'],
    );
    await old.close();
    await rm(folder, { recursive: true });

    const journal = await openJournal(storage.options);

    expect(await journal.listDue(START, 10)).toEqual([
      { id: "ns:row", due: 0 },
      { id: "ns:snap", due: 0 },
    ]);
    await journal.close();
  });
});
