// Which things a predictor has not taken in all of.

import { beforeEach, describe, expect, test } from "vitest";
import type { Database, Parameter, Query } from "../../../src/journal/database.ts";
import type { PredictorStore } from "../../../src/predictions/stored/predictor-store.ts";
import { storedPredictions } from "../../../src/predictions/stored/stored-predictions.ts";
import { storages } from "../../journal/storages.ts";
import { byThing, state } from "./states.ts";
import { useDatabase } from "./use-database.ts";

describe.each(storages)("what predictors keep on $name", ({ openStorage }) => {
  let database: Database;
  let store: PredictorStore;
  useDatabase(openStorage, (opened) => {
    database = opened;
    store = storedPredictions(database);
  });
  beforeEach(async () => {
    for (const table of ["file", "file_part", "state", "baseline", "active"])
      await database.query(`delete from predictor_${table}`, []);
    await database.query("delete from snapshot", []);
    await database.query("delete from journal", []);
  });

  describe("what is behind", () => {
    const things = async (
      ...rows: readonly (readonly [id: string, revision: number, timestamp: number])[]
    ) => {
      for (const [id, revision, timestamp] of rows) {
        await database.query(
          "insert into snapshot values ('thing', $1, 1, '{}', 1, 1) on conflict do nothing",
          [id],
        );
        await database.query(
          "insert into journal values ('thing', $1, $2::bigint, $3::bigint, 'modified', '/attributes/a', '1', null)",
          [id, revision, timestamp],
        );
      }
    };
    const policies = async (...ids: readonly string[]) => {
      for (const id of ids) {
        await database.query("insert into snapshot values ('policy', $1, 1, '{}', 1, 1)", [id]);
        await database.query(
          "insert into journal values ('policy', $1, 99, 99999, 'created', '/', '{}', null)",
          [id],
        );
      }
    };
    const deleted = (id: string) =>
      database.query("insert into snapshot values ('thing', $1, 7, null, 1, 1)", [id]);

    test("are things with events after their state, or since a moment where there is none", async () => {
      await things(
        ["n:after", 1, 10],
        ["n:after", 2, 20],
        ["n:known", 2, 20],
        ["n:new", 1, 15],
        ["n:old", 1, 14],
      );
      await store.putStates("p", [state("n:after", 1), state("n:known", 2)]);
      await store.putStates("q", [state("n:new", 1)]);

      expect(await store.behind("p", undefined, 15, "", 100)).toEqual({
        thingIds: ["n:after", "n:new"],
        last: undefined,
      });
    });

    test("policies do not count, though they have the IDs of things", async () => {
      await things(["n:b", 1, 10]);
      await policies("n:a", "n:b", "n:c");

      expect((await store.behind("p", undefined, 0, "", 100)).thingIds).toEqual(["n:b"]);
    });

    test("come page by page, each looking at no more than asked, with nothing missing and nothing twice", async () => {
      const ids = Array.from({ length: 25 }, (_, i) => `n:t${String(i).padStart(2, "0")}`);
      await things(...ids.map((id) => [id, 1, 10] as const));
      await policies(...ids.slice(0, 10));
      const found: string[] = [];
      let after: string | undefined = "";
      let pages = 0;
      while (after !== undefined) {
        const page: Awaited<ReturnType<PredictorStore["behind"]>> = await store.behind(
          "p",
          undefined,
          0,
          after,
          4,
        );
        expect(page.thingIds.length).toBeLessThanOrEqual(4);
        found.push(...page.thingIds);
        after = page.last;
        pages++;
      }

      expect(found).toEqual(ids);
      expect(pages).toBeGreaterThan(6);
    });

    test("of some namespaces are of no other, whose names may begin with theirs", async () => {
      await things(
        ["a.b:x", 1, 1],
        ["a:x", 1, 1],
        ["a:y", 1, 1],
        ["ab:x", 1, 1],
        ["b:x", 1, 1],
        ["c:x", 1, 1],
      );
      const pages = async (namespaces: readonly string[], limit: number) => {
        const found: string[] = [];
        for (let after: string | undefined = ""; after !== undefined; ) {
          const page: Awaited<ReturnType<PredictorStore["behind"]>> = await store.behind(
            "p",
            namespaces,
            0,
            after,
            limit,
          );
          found.push(...page.thingIds);
          after = page.last;
        }
        return found;
      };

      expect(await pages(["b", "a", "none", "a"], 100)).toEqual(["a:x", "a:y", "b:x"]);
      for (const limit of [1, 2, 3])
        expect(await pages(["b", "a", "a.b", "none"], limit)).toEqual(["a.b:x", "a:x", "a:y", "b:x"]);
      expect(await pages([], 10)).toEqual([]);
    });

    test("things that are deleted are not, and what was known of them goes", async () => {
      await deleted("n:gone");
      await things(["n:there", 3, 10]);
      await store.putStates("p", [state("n:gone", 1), state("n:there", 3)]);
      await store.putStates("q", [state("n:gone", 1)]);

      expect(await store.behind("p", undefined, 0, "", 100)).toEqual({ thingIds: [], last: undefined });

      expect(byThing(await store.states("p", ["n:gone", "n:there"]))).toEqual([["n:there", 3, '{"n":3}']]);
      expect(await store.states("q", ["n:gone"])).toHaveLength(1);
    });

    test("are found by the primary keys, whatever there is beside them", async () => {
      const asked: [text: string, parameters: readonly Parameter[]][] = [];
      const spying: Query = (text, parameters) => {
        asked.push([text, parameters]);
        return database.background(text, parameters);
      };
      await database.query(
        "insert into snapshot select 'thing', 'n:t' || i, 1, '{}', 1, 1 from generate_series(1, 3000) i",
        [],
      );
      await database.query(
        "insert into journal select 'thing', 'n:t' || i, r, 1, 'modified', '/', '1', null from generate_series(1, 3000) i, generate_series(1, 5) r",
        [],
      );
      await database.query(
        "insert into predictor_state select 'p' || p, 'n:t' || i, 1, 'f', '1' from generate_series(1, 3000) i, generate_series(1, 3) p",
        [],
      );
      await database.query("analyze", []);
      const watched = storedPredictions({ query: spying, background: spying });
      await watched.behind("p1", undefined, 0, "n:t2", 50);
      await watched.behind("p1", ["n"], 0, "n:t2", 50);

      for (const [text, parameters] of asked) {
        const plan = (await database.query(`explain ${text}`, parameters))
          .map((row) => String(row["QUERY PLAN"]))
          .join("\n");
        expect(plan).not.toMatch(/Seq Scan|Sort Key: snapshot|Hash Join/);
        for (const key of ["snapshot_pk", "journal_pk", "predictor_state_pk"]) expect(plan).toContain(key);
      }
      expect(asked).toHaveLength(2);
    });
  });
});
