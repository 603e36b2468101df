import { PGlite, type Results } from "@electric-sql/pglite";
import { expect, test } from "vitest";
import { Vacuum } from "../../src/journal/pglite-vacuum.ts";

/** Stands in for a database from which more rows have gone than a test can write; tells what was asked of it. */
const counting = () => {
  const asked: string[] = [];
  const state = { journal: 0 as number | null, search_thing: null as number | null };
  const exec = async (text: string): Promise<Results[]> => {
    if (text.startsWith("vacuum")) asked.push(text);
    return [{ rows: [{ ...state, others: "snapshot" }], fields: [] }];
  };
  return { asked, state, vacuum: new Vacuum({ exec }) };
};
const WITHOUT = "vacuum (freeze, index_cleanup off) journal";
const WITH = "vacuum (freeze, index_cleanup on) journal";
const OTHERS = "vacuum (freeze) snapshot";

test("the journal's index is only walked once many rows are gone, or some and nobody waits", async () => {
  const { asked, state, vacuum } = counting();
  const after = async (deleted: number | null, quiet = false) => {
    state.journal = deleted;
    await (quiet ? vacuum.runIfWorth() : vacuum.run());
    return asked.splice(0);
  };

  expect(await after(null)).toEqual([OTHERS]);
  expect(await after(19_999)).toEqual([WITHOUT, OTHERS]);
  expect(await after(19_999, true)).toEqual([]);
  expect(await after(20_000, true)).toEqual([WITH]);
  expect(await after(219_999)).toEqual([WITHOUT, OTHERS]);
  expect(await after(220_000)).toEqual([WITH, OTHERS]);
  expect(await after(220_000)).toEqual([WITHOUT, OTHERS]);
  // A crash makes the database count anew.
  expect(await after(100)).toEqual([WITHOUT, OTHERS]);
  expect(await after(20_100, true)).toEqual([WITH]);
});

test("so it is with the rows of search, which are replaced all the time", async () => {
  const { asked, state, vacuum } = counting();

  state.search_thing = 49_999;
  await vacuum.run();
  state.search_thing = 50_000;
  await vacuum.run();

  expect(asked).toEqual([
    WITHOUT,
    "vacuum (freeze, index_cleanup off) search_thing",
    OTHERS,
    WITHOUT,
    "vacuum (freeze, index_cleanup on) search_thing",
    OTHERS,
  ]);
});

test("what it asks for is understood, before the first migration and after", async () => {
  const pglite = await PGlite.create();
  const vacuum = new Vacuum(pglite);
  await vacuum.run();
  await pglite.exec(
    "create table journal (n int primary key); insert into journal select generate_series(1, 30000)",
  );
  await pglite.exec("delete from journal where n <= 25000");
  // The database counts what was deleted about once a second.
  await expect
    .poll(async () => {
      await pglite.exec("select 1");
      const [found] = await pglite.exec("select pg_stat_get_dead_tuples('journal'::regclass) as dead");
      return found?.rows[0];
    })
    .toEqual({ dead: 25_000 });

  await vacuum.runIfWorth();

  const [found] = await pglite.exec("select pg_stat_get_dead_tuples('journal'::regclass) as dead");
  expect(found?.rows[0]).toEqual({ dead: 0 });
  await vacuum.run();
  await pglite.close();
});
