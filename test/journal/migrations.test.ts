import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { migrate } from "../../src/journal/migrations.ts";
import { openDatabase, openJournal } from "../../src/journal/open.ts";
import { openPglite } from "../../src/journal/pglite.ts";
import { openPostgres } from "../../src/journal/postgres.ts";
import { external, storages } from "./storages.ts";

describe.each(storages)("migrations on $name", ({ openStorage }) => {
  test("are applied once", async () => {
    await using storage = await openStorage();
    const first = await openDatabase(storage.options);
    const applied = await first.query("select * from migration order by name", []);
    await first.close();

    const second = await openDatabase(storage.options);

    expect(await second.query("select * from migration order by name", [])).toEqual(applied);
    expect(applied.length).toBeGreaterThan(0);
    await second.close();
  });

  test("keep what version 0.1 has written, and make it history", async () => {
    await using storage = await openStorage();
    const folder = await mkdtemp(join(tmpdir(), "pollux-migrations-"));
    await copyFile(
      new URL("../../schema/migrations/0000_journal.sql", import.meta.url),
      join(folder, "0000_journal.sql"),
    );
    const { databaseUrl, dataDir } = storage.options;
    const old = databaseUrl ? await openPostgres(databaseUrl) : await openPglite(dataDir);
    await migrate(old, folder);
    await old.query(
      `insert into journal (kind, id, revision, timestamp, action, path, value)
       select 'thing', 'ns:old', n, n, 'modified', '/attributes/x', n::text from generate_series(1, 9) as n`,
      [],
    );
    await old.query("insert into snapshot values ('thing', 'ns:old', 7, '{}', 1, 7)", []);
    await old.close();
    await rm(folder, { recursive: true });

    const journal = await openJournal(storage.options);

    const { snapshot, tail } = await journal.load("thing", "ns:old");
    expect(snapshot).toMatchObject({ revision: 7, state: "{}", metadata: null });
    expect(tail).toMatchObject([{ revision: 8, metadata: null }, { revision: 9 }]);
    expect((await journal.loadAt("thing", "ns:old", { revision: 3 }, 9)).tail).toHaveLength(3);
    await journal.close();
  });

  test("of a newer server are not touched", async () => {
    await using storage = await openStorage();
    const newer = await openDatabase(storage.options);
    await newer.query("insert into migration (name) values ('9999_future.sql')", []);
    await newer.close();

    await expect(openDatabase(storage.options)).rejects.toThrow("9999_future.sql");
  });
});

test("servers that start together on one PostgreSQL do not collide", async () => {
  await using storage = await external();

  const databases = await Promise.all(Array.from({ length: 4 }, () => openDatabase(storage.options)));

  await Promise.all(databases.map((database) => database.query("select * from journal", [])));
  await Promise.all(databases.map((database) => database.close()));
});
