// The kinds of queries that are measured, each as a client asks and as the statement that is sent for it.

import { parseRql } from "../../src/rql/parse.ts";
import { searchFieldOf } from "../../src/search/field.ts";
import { countStatement } from "../../src/search/sql/count.ts";
import { findStatement } from "../../src/search/sql/find.ts";
import { normalizedSort } from "../../src/search/sql/sort.ts";
import type { Statement } from "../../src/search/statement.ts";
import type { Caller, SortKey } from "../../src/search/wanted.ts";
import { nameOf, rankOf, searchNamespace, thingCount } from "./things.ts";

export interface Shape {
  readonly name: string;
  readonly filter: (i: number) => string | undefined;
  /** A field to sort by, ascending. */
  readonly sort?: string;
  readonly isCount?: boolean;
  /** Starts behind this rank, where it sorts by it. */
  readonly afterRank?: number;
}

const PAGE = 25;
const DEEP = 50_000;

export const shapes: readonly Shape[] = [
  {
    name: "Equality, 1 thing",
    filter: (i) => `eq(attributes/serial,"serial-number-${String(i).padStart(12, "0")}")`,
  },
  { name: "Equality, 25 of 1,000 things", filter: (i) => `eq(attributes/location/line,${i % 100})` },
  {
    name: "Range with sort on an indexed field",
    filter: (i) =>
      `and(ge(attributes/rank,${rankOf(i) % 90_000}),lt(attributes/rank,${(rankOf(i) % 90_000) + 5_000}))`,
    sort: "attributes/rank",
  },
  { name: "Prefix of an indexed field", filter: (i) => `like(attributes/name,"${nameOf(i).slice(0, 11)}*")` },
  { name: "Prefix of the thing ID", filter: (i) => `like(thingId,"${searchNamespace}:thing-${i % 1_000}*")` },
  { name: "Equality in any feature", filter: (i) => `eq(features/*/properties/samples,${1_000 + i})` },
  { name: "Count of 1,000 things", filter: (i) => `eq(attributes/location/line,${i % 100})`, isCount: true },
  {
    name: `Page behind ${DEEP.toLocaleString("en-US")} things`,
    filter: () => undefined,
    sort: "attributes/rank",
    afterRank: DEEP,
  },
];

/** Numbers of things spread over all of them. */
export const samples: readonly number[] = Array.from({ length: 64 }, (_, i) => (i * 1_553 + 17) % thingCount);

/** The option of a query. */
export const optionOf = ({ sort }: Shape): string =>
  sort ? `sort(+${sort}),size(${PAGE})` : `size(${PAGE})`;

/** The statement that the server sends for a query. */
export function statementOf(shape: Shape, i: number, caller: Caller): Statement {
  const filter = shape.filter(i);
  const wanted = { criterion: filter === undefined ? undefined : parseRql(filter) };
  const isIndexed = (path: readonly string[]) =>
    ["attributes/rank", "attributes/name"].includes(path.join("/"));
  const circumstances = { now: Date.now(), isIndexed };
  if (shape.isCount) return countStatement(wanted, caller, circumstances);
  const keys: SortKey[] = shape.sort ? [{ field: searchFieldOf(shape.sort, "sort"), descending: false }] : [];
  const after =
    shape.afterRank === undefined
      ? undefined
      : [{ rank: 1, number: String(shape.afterRank), text: "" }, { plain: searchNamespace }];
  return findStatement(
    { ...wanted, sort: normalizedSort(keys), limit: PAGE + 1, ...(after && { after }) },
    caller,
    circumstances,
  );
}
