// How much is read for the rows of a page.

import { expect, test } from "vitest";
import { readRows, type Value } from "../../src/transfer/read-rows.ts";
import { TABLES } from "../../src/transfer/tables.ts";
import { embedded } from "../journal/storages.ts";
import { withDatabase } from "./places.ts";

test("values are written for the rows of a page only, not for all that may come on it", async () => {
  await using storage = await embedded();
  const table = TABLES.find(({ name }) => name === "predictor_file_part")!;
  const parts = 16;

  await withDatabase(storage.options, async (database) => {
    await database.query("insert into predictor_file values ('p', '1', 'u', 1, 'c', 1)", []);
    await database.query(
      `insert into predictor_file_part select 'p', 'u', n, convert_to(repeat('x', 500000), 'utf8'), 1
       from generate_series(1, ${parts}) as n`,
      [],
    );
    const [written, read] = await database.transaction(async (query) => {
      await query("create sequence written", []);
      await query("create schema counting", []);
      await query(
        `create function counting.encode(bytes bytea, form text) returns text language sql volatile
         as $$ select pg_catalog.encode(bytes, form) from nextval('public.written') $$`,
        [],
      );
      await query("set local search_path to counting, pg_catalog, public", []);
      const rows: (readonly Value[])[] = [];
      for await (const values of readRows(query, table)) rows.push(values);
      const [row] = await query("select last_value as n from public.written", []);
      return [Number(row?.n), rows] as const;
    });

    expect(read.map(([, , number]) => number)).toEqual(Array.from({ length: parts }, (_, n) => n + 1));
    expect(read.every(([, , , content]) => String(content).length === 4 * Math.ceil(500_000 / 3))).toBe(true);
    expect(written).toBe(parts);
  });
});
