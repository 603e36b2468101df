import { describe, expect, test } from "vitest";
import { openJournal, openStorage } from "../../src/journal/open.ts";
import { exportAll } from "../../src/transfer/export.ts";
import { importAll, totalsOf } from "../../src/transfer/import.ts";
import { TABLES } from "../../src/transfer/tables.ts";
import { append, row } from "../journal/appends.ts";
import { embedded } from "../journal/storages.ts";
import { chunked, exported, fill, usePostgres, withDatabase } from "./places.ts";

const database = usePostgres();

async function* brokenAfter(text: string, bytes: number): AsyncGenerator<Uint8Array> {
  yield* chunked(Buffer.from(text).subarray(0, bytes));
  throw new Error("the cable is pulled");
}

describe("what is exported", () => {
  test("is in the storage it is imported into, to the byte", async () => {
    await using source = await embedded();
    const target = { ...(await database()), databasePartitions: 3 };
    await fill(source.options);
    const { text, totals } = await exported(source.options);
    expect(totals["journal/thing"]?.rows).toBe(3_003);
    expect(totals.predictor_file_part?.rows).toBe(2);
    expect(Object.keys(totals).map((name) => name.split("/")[0])).toEqual(
      expect.arrayContaining(TABLES.map(({ name }) => name)),
    );

    const imported = await withDatabase(target, (into) => importAll(into, chunked(text)));

    expect(imported).toEqual({ totals, found: 0 });
    const again = await exported(target);
    const body = (whole: string) => whole.split("\n").slice(1);
    const rowsOf = (whole: string) => body(whole).filter((line) => line.startsWith("["));
    expect(rowsOf(again.text)).toEqual(rowsOf(text));
    const states = await withDatabase(target, ({ query }) => query("select * from search_state", []));
    expect(states).toEqual([{ name: "cursor-key", value: "secret" }]);
  });

  test("is every table but what is made again", async () => {
    const rows = await withDatabase(await database(), ({ query }) =>
      query(
        "select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace",
        [],
      ),
    );
    const made = ["migration", "import_progress", "search_access", "search_thing"];

    expect(rows.map(({ name }) => String(name)).sort()).toEqual(
      [...made, ...TABLES.map(({ name }) => name)].sort(),
    );
  });

  test("is what was there at one moment, whatever is written meanwhile", async () => {
    const options = await database();
    await fill(options, 10);
    const before = await withDatabase(options, totalsOf);
    const journal = await openJournal(options);

    const during = await withDatabase(options, (source) =>
      exportAll(source, async () => {
        const told = await append(journal, row(`later:${Math.random()}`, 1));
        expect(told).toBe("committed");
      }),
    );

    await journal.close();
    expect(during).toEqual(before);
  });

  test("of an empty storage is an empty storage", async () => {
    const { text, totals } = await exported(await database());
    expect(totals).toEqual({});
    expect(text.trim().split("\n")).toHaveLength(2);

    await withDatabase(await database(), (into) => importAll(into, chunked(text)));
  });

  test("is no news: imported rows are not recent", async () => {
    const [source, target] = [await database(), await database()];
    await fill(source, 5);
    const { text } = await exported(source);
    await withDatabase(target, (into) => importAll(into, chunked(text)));

    const journal = await openJournal(target);

    expect(await journal.recent("thing", 3_600_000, undefined, 10)).toEqual([]);
    await append(journal, row("new:1", 1));
    expect(await journal.recent("thing", 3_600_000, undefined, 10)).toMatchObject([{ id: "new:1" }]);
    await journal.close();
  });
});

describe("an import that was interrupted", () => {
  test("goes on where it stopped; until then no server starts", async () => {
    const [source, target] = [await database(), await database()];
    await fill(source);
    const { text, totals } = await exported(source);
    const bytes = Buffer.byteLength(text);
    for (const share of [0.3, 0.6]) {
      const part = withDatabase(target, (into) =>
        importAll(into, brokenAfter(text, Math.floor(bytes * share))),
      );
      await expect(part).rejects.toThrow("the cable is pulled");
    }

    await expect(openStorage(target)).rejects.toThrow("run `pollux import` with the same file once more");
    const imported = await withDatabase(target, (into) => importAll(into, chunked(text)));

    expect(imported.totals).toEqual(totals);
    expect(imported.found).toBeGreaterThan(1);
    const { journal } = await openStorage(target);
    expect((await journal.load("thing", "org.a:7")).tail).toHaveLength(1);
    await journal.close();
  });

  test("does not go on with another file", async () => {
    const [source, target] = [await database(), await database()];
    await fill(source);
    const { text } = await exported(source);
    const half = Math.floor(text.length / 2);
    await withDatabase(target, (into) => importAll(into, brokenAfter(text, half))).catch(() => undefined);
    const found = await withDatabase(target, totalsOf);
    // One with another header, and one that only begins alike.
    const other = text.replace('"created":"2', '"created":"3');
    const cut = `${text.split("\n").slice(0, 1).join("\n")}\n${(await exported(await database())).text.split("\n")[1]}\n`;

    for (const [given, reason] of [
      [other, "another file"],
      [cut, "damaged"],
    ] as const)
      await expect(withDatabase(target, (into) => importAll(into, chunked(given)))).rejects.toThrow(reason);

    expect(await withDatabase(target, totalsOf)).toEqual(found);
  });

  test("does not meet another one that is at work", async () => {
    const [source, target] = [await database(), await database()];
    await fill(source);
    const { text } = await exported(source);

    const both = await Promise.allSettled(
      [1, 2].map(() => withDatabase(target, (into) => importAll(into, chunked(text)))),
    );

    expect(both.map(({ status }) => status).sort()[0]).toBe("fulfilled");
    for (const one of both)
      if (one.status === "rejected") expect(String(one.reason)).toContain("Another import");
    expect(await withDatabase(target, totalsOf)).toEqual((await exported(source)).totals);
  });
});

describe("is refused", () => {
  test("a file of which any byte is another", async () => {
    const [source, target] = [await database(), await database()];
    await fill(source, 20);
    const { text } = await exported(source);
    const bytes = Buffer.from(text);
    const places = Array.from({ length: 60 }, (_, i) => Math.floor(((i + 0.5) / 60) * bytes.length));

    for (const place of places) {
      const damaged = Buffer.from(bytes);
      damaged[place] = damaged[place]! ^ 0x04;
      const options = place < bytes.length ? target : await database();
      const attempt = withDatabase(options, (into) => importAll(into, chunked(damaged)));
      await expect(attempt, `byte ${place}`).rejects.toThrow();
    }

    // What was written of any of them is of no damaged block.
    const imported = withDatabase(target, (into) => importAll(into, chunked(text)));
    await expect(imported).resolves.toBeDefined();
  });

  test("a file that is not whole, wherever it ends", async () => {
    const source = await database();
    await fill(source, 3);
    const { text } = await exported(source);
    const target = await database();

    for (let end = text.length - 1; end > 0; end -= Math.ceil(text.length / 25))
      await expect(
        withDatabase(target, (into) => importAll(into, chunked(text.slice(0, end)))),
        `after ${end}`,
      ).rejects.toThrow(/not whole|no export/);
  });

  test.each([
    ['{"pollux":"export","version":2,"tables":{}}', "has version 2"],
    ['{"pollux":"export","version":1,"tables":{"journal":["kind","colour"]}}', "journal.colour"],
    ['{"pollux":"export","version":1,"tables":{"pg_class":["oid"]}}', "pg_class"],
    ['{"hello":1}', "no export of Pollux"],
    ["", "no export of Pollux"],
  ])("what this version cannot read: %s", async (header, reason) => {
    const target = await database();

    await withDatabase(target, async (into) => {
      await expect(importAll(into, chunked(`${header}\n`))).rejects.toThrow(reason);
      expect(await into.query("select * from import_progress", [])).toEqual([]);
    });
  });

  test("a storage that holds something", async () => {
    const [source, target] = [await database(), await database()];
    await fill(source, 3);
    await fill(target, 1);
    const { text } = await exported(source);
    const before = await withDatabase(target, totalsOf);

    await expect(withDatabase(target, (into) => importAll(into, chunked(text)))).rejects.toThrow("not empty");

    expect(await withDatabase(target, totalsOf)).toEqual(before);
    await (await openJournal(target)).close();
  });

  test("a storage that in the end does not hold what the file says", async () => {
    const [source, target] = [await database(), await database()];
    await fill(source, 3);
    const { text } = await exported(source);
    const last = text.trimEnd().lastIndexOf("\n");
    await withDatabase(target, async (into) => {
      await importAll(into, brokenAfter(text, Buffer.byteLength(text.slice(0, last)))).catch(() => undefined);
      await into.query("update journal set value = '7' where id = 'org.a:2' and revision = 1", []);

      await expect(importAll(into, chunked(text))).rejects.toThrow("journal/thing: 9 rows of 9");
    });
    await expect(openStorage(target)).rejects.toThrow("not finished");
  });
});
