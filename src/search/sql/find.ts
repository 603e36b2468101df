import { Parameters, type Statement } from "../statement.ts";
import type { Caller, Circumstances, SortKey, SortValue, Wanted } from "../wanted.ts";
import { isBehind } from "./keyset.ts";
import { matching } from "./matching.ts";
import { readablePointers } from "./readable.ts";
import { type Ordering, orderingsOf, printSortValue } from "./sort.ts";

/** Which part of the things that are wanted, in which order. */
export interface Page {
  /** As `normalizedSort` gives it. */
  readonly sort: readonly SortKey[];
  /** Where the page before ended: one value for each key. */
  readonly after?: readonly SortValue[] | undefined;
  readonly limit: number;
  /** How many to leave out; takes time in proportion. */
  readonly offset?: number | undefined;
}

/** Finds a page of things: rows with `id` and what `sortValuesOf` reads. */
export function findStatement(
  wanted: Wanted & Page,
  caller: Caller | undefined,
  circumstances: Circumstances,
): Statement {
  const parameters = new Parameters();
  const fields = wanted.sort.map(({ field }) => field);
  const from = matching(parameters, wanted, caller, circumstances, fields);
  const context = { parameters, caller, circumstances, readable: readablePointers(wanted.criterion) };
  const orderings = wanted.sort.flatMap((key, i) => orderingsOf(context, key, i));
  const selected = orderings.map((ordering) => `${ordering.selected} as ${ordering.name}`);
  const order = orderings.map((ordering) => ordering.expression + (ordering.descending ? " desc" : ""));
  const behind = wanted.after ? ` and ${behindPlace(parameters, orderings, wanted.after)}` : "";
  const limit = parameters.addAs("bigint", String(wanted.limit));
  const offset = wanted.offset ? ` offset ${parameters.addAs("bigint", String(wanted.offset))}` : "";
  const text =
    `select t.id, ${selected.join(", ")} ${from}${behind}` +
    ` order by ${order.join(", ")} limit ${limit}${offset}`;
  return { text, parameters: parameters.values };
}

function behindPlace(
  parameters: Parameters,
  orderings: readonly Ordering[],
  after: readonly SortValue[],
): string {
  const values = after.flatMap(printSortValue);
  const bounds = orderings.map(({ expression, type, descending }, i) => ({
    expression,
    descending,
    value: parameters.addAs(type, values[i] as string),
  }));
  return isBehind(bounds);
}
