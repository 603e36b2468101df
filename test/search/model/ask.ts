// Asks the index of one database a question.

import type { Database } from "../../../src/journal/database.ts";
import { searchFieldOf } from "../../../src/search/field.ts";
import { callers } from "../../../src/search/query/callers.ts";
import { countStatement } from "../../../src/search/sql/count.ts";
import { findStatement } from "../../../src/search/sql/find.ts";
import { normalizedSort, sortValuesOf } from "../../../src/search/sql/sort.ts";
import type { SearchStore } from "../../../src/search/store.ts";
import { storedIndex } from "../../../src/search/stored/stored-index.ts";
import type { Caller, Circumstances, SortValue } from "../../../src/search/wanted.ts";
import { hasArrayOn } from "./documents.ts";
import type { Question, Round } from "./rounds.ts";
import { accessRows, namespaceOf, thingRow } from "./rows.ts";
import { now } from "./vocabulary.ts";

const PATIENCE_MS = 30_000;
const HOUR_MS = 3_600_000;

export interface FilledIndex {
  readonly store: SearchStore;
  readonly circumstances: Circumstances;
  /** Who asks, as the server knows them. */
  readonly callerOf: ReturnType<typeof callers>;
}

/** Puts what a round has, and nothing else, into the index. */
export async function fill(database: Database, round: Round): Promise<FilledIndex> {
  await database.query("delete from search_thing", []);
  await database.query("delete from search_access", []);
  const store = storedIndex(database);
  const namespaces = [...new Set(round.things.map(namespaceOf))];
  await store.putThings(round.things.map(thingRow), []);
  await store.putAccess([...round.policies].flatMap(([id, entries]) => accessRows(id, entries, namespaces)));
  return { store, circumstances: circumstancesOf(store, round), callerOf: callers(store, () => undefined) };
}

/** Half of the paths count as indexed, as far as they may; that must change nothing. */
const circumstancesOf = (store: SearchStore, { things }: Round): Circumstances => ({
  now,
  ...(store.watchesTime && { deadline: Date.now() + HOUR_MS }),
  isIndexed: (path) => path.join().length % 2 === 0 && !things.some((thing) => hasArrayOn(thing, path)),
});

/** The caller as the server knows it, and as if nothing were known of its rights. */
export async function callersOf(
  { callerOf }: FilledIndex,
  subjects: readonly string[],
): Promise<readonly Caller[]> {
  return [await callerOf({ subjects }), { subjects, isPartial: true }];
}

/** The ids of all pages, one after the other, or what went wrong. */
export async function ask(
  index: FilledIndex,
  question: Question,
  caller: Caller,
): Promise<readonly string[] | string> {
  try {
    const ids = await walk(index, question, caller);
    const count = question.counts ? await countAll(index, question, caller) : ids.length;
    return ids.length === count ? ids : `${ids.length} are found, but ${count} counted`;
  } catch (error) {
    return String(error);
  }
}

async function countAll({ store, circumstances }: FilledIndex, wanted: Question, caller: Caller) {
  const [row] = await store.run(countStatement(wanted, caller, circumstances), PATIENCE_MS);
  return Number(row?.count);
}

async function walk(
  { store, circumstances }: FilledIndex,
  { criterion, namespaces, sort: keys, pageSize }: Question,
  caller: Caller,
): Promise<readonly string[]> {
  const sort = normalizedSort(
    keys.map(({ property, descending }) => ({ field: searchFieldOf(property, "sort"), descending })),
  );
  const ids: string[] = [];
  for (let after: readonly SortValue[] | undefined; ; ) {
    const page = { criterion, namespaces, sort, after, limit: pageSize };
    const rows = await store.run(findStatement(page, caller, circumstances), PATIENCE_MS);
    ids.push(...rows.map(({ id }) => String(id)));
    const last = rows[pageSize - 1];
    if (!last) return ids;
    if (ids.length > 1_000) throw new Error("the pages have no end");
    after = sortValuesOf(last, sort);
  }
}
