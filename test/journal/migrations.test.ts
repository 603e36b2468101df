import { describe, expect, test } from "vitest";
import { openDatabase } from "../../src/journal/open.ts";
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
