// An index of a few things in the embedded database, for tests of statements.

import { afterAll, beforeAll } from "vitest";
import type { JsonObject } from "../../../src/base/json/json.ts";
import { parseJson } from "../../../src/base/json/parse.ts";
import type { Database, Row } from "../../../src/journal/database.ts";
import { openDatabase } from "../../../src/journal/open.ts";
import { parseRql } from "../../../src/rql/parse.ts";
import { searchFieldOf } from "../../../src/search/field.ts";
import { keysOf } from "../../../src/search/keys.ts";
import { findStatement, type Page } from "../../../src/search/sql/find.ts";
import { normalizedSort } from "../../../src/search/sql/sort.ts";
import type { Statement } from "../../../src/search/statement.ts";
import type { Caller, Circumstances, SortKey, Wanted } from "../../../src/search/wanted.ts";
import { embedded, type Storage } from "../../journal/storages.ts";

export const full: Caller = { subjects: ["test:all"], isPartial: false };
export const circumstances: Circumstances = { now: 0, isIndexed: () => false };

export type Rules = Readonly<
  Record<string, { readonly g?: readonly string[]; readonly r?: readonly string[] }>
>;

/** Every policy of the tests lets `test:all` read everything. */
const forAll: Rules = { "/": { g: ["test:all"] } };

export class Index {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  query(text: string, parameters: Statement["parameters"] = []): Promise<readonly Row[]> {
    return this.#database.query(text, parameters);
  }

  /** Things by their names, in the namespace `ns` and with the policy `ns:policy`, unless the id says more. */
  async put(things: Readonly<Record<string, object | string>>, policyId = "ns:policy"): Promise<void> {
    for (const [name, thing] of Object.entries(things)) {
      const id = name.includes(":") ? name : `ns:${name}`;
      const text = typeof thing === "string" ? thing : JSON.stringify(thing);
      const keys = keysOf(parseJson(text) as JsonObject);
      await this.query("insert into search_thing values ($1, $2, $3, $4, $5::text::jsonb, $6::int[], true)", [
        id,
        id.slice(0, id.indexOf(":")),
        policyId,
        "1",
        text,
        `{${keys.join(",")}}`,
      ]);
    }
  }

  async allow(rules: Rules, policyId = "ns:policy", namespace = "ns"): Promise<void> {
    const all = {
      ...rules,
      "/": { ...rules["/"], g: [...(rules["/"]?.g ?? []), ...(forAll["/"]?.g ?? [])] },
    };
    const readers = [...new Set(Object.values(all).flatMap(({ g = [] }) => g))];
    await this.query(
      `insert into search_access values ($1, $2, '', '{}', $3::text[], '{}', $4::text::jsonb)
       on conflict (policy_id, namespace) do update set readers = excluded.readers, rules = excluded.rules`,
      [policyId, namespace, `{${readers.map((reader) => `"${reader}"`).join(",")}}`, JSON.stringify(all)],
    );
  }

  async clear(): Promise<void> {
    await this.query("delete from search_thing");
    await this.query("delete from search_access");
    await this.allow({});
  }

  run({ text, parameters }: Statement): Promise<readonly Row[]> {
    return this.query(text, parameters);
  }

  /** The names of the things that an expression finds. */
  async find(
    rql: string | undefined,
    caller: Caller = full,
    how: Partial<Circumstances> = {},
  ): Promise<string[]> {
    const rows = await this.run(statementOf(rql, caller, how));
    return rows.map(({ id }) => String(id).replace(/^ns:/, ""));
  }

  /** The plan of a statement, if sequential scans and sorting cost too much to be chosen wherever there is another way. */
  async explain({ text, parameters }: Statement): Promise<string> {
    return this.#database.transaction(async (query) => {
      await query("set local enable_seqscan = off", []);
      await query("set local enable_sort = off", []);
      const rows = await query(`explain (costs off) ${text}`, parameters);
      return rows.map((row) => row["QUERY PLAN"]).join("\n");
    });
  }
}

export function statementOf(
  rql: string | undefined,
  caller: Caller = full,
  how: Partial<Circumstances> = {},
  page: Partial<Omit<Page, "sort">> & Wanted & { readonly sort?: readonly string[] } = {},
): Statement {
  const criterion = rql === undefined ? undefined : parseRql(rql);
  const sort = sortOf(page.sort ?? []);
  return findStatement({ limit: 100, ...page, sort, criterion }, caller, { ...circumstances, ...how });
}

/** Keys such as `-attributes/a`. */
export const sortOf = (keys: readonly string[]): readonly SortKey[] =>
  normalizedSort(
    keys.map((key) => ({ field: searchFieldOf(key.slice(1), "sort"), descending: key.startsWith("-") })),
  );

/** An index for the tests of a file. */
export function useIndex(take: (index: Index) => void): void {
  let storage: Storage | undefined;
  let database: Database | undefined;
  beforeAll(async () => {
    storage = await embedded();
    database = await openDatabase(storage.options);
    const index = new Index(database);
    await index.clear();
    take(index);
  });
  afterAll(async () => {
    await database?.close();
    await storage?.[Symbol.asyncDispose]();
  });
}
