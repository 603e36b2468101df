// What a search is about, read from its texts.

import { recent } from "../../base/recent.ts";
import type { Criterion } from "../../rql/criterion.ts";
import { invalidRqlExpression } from "../../rql/errors.ts";
import { parseRql } from "../../rql/parse.ts";
import { searchFieldOf } from "../field.ts";
import type { SortKey, Wanted } from "../wanted.ts";
import { invalidOption, tooManyNamespaces } from "./errors.ts";
import type { SortEntry } from "./options.ts";

/** As many as MongoDB sorts by. */
const MOST_SORT_KEYS = 32;
const MOST_NAMESPACES = 1_000;
/** Characters of the filters that are kept parsed: clients send the same ones again and again. */
const MOST_REMEMBERED = 100_000;
const remembered = recent<Criterion>(MOST_REMEMBERED);

/** A search as it was written, all of which its log tells. */
export interface Subject {
  readonly filter: string | undefined;
  readonly namespaces: readonly string[] | undefined;
  readonly sort: readonly SortEntry[];
}

/**
 * Refuses a filter that is no RQL, and too many namespaces. What can be no namespace is in none of things; Ditto does not
 * mind it either.
 */
export function wantedBy({ filter, namespaces }: Omit<Subject, "sort">, blocked?: Wanted["blocked"]): Wanted {
  if (namespaces && namespaces.length > MOST_NAMESPACES) throw tooManyNamespaces(MOST_NAMESPACES);
  return {
    ...(filter !== undefined && { criterion: criterionOf(filter) }),
    ...(namespaces && { namespaces: [...new Set(namespaces)].filter(isStorable) }),
    blocked,
  };
}

const criterionOf = (filter: string): Criterion =>
  remembered.get(filter) ?? remembered.put(filter, parseRql(filter), filter.length);

/** PostgreSQL's texts hold neither U+0000 nor lone surrogates. */
const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes("\u0000");

/** The keys of an order as it was written. Refuses properties that things cannot be sorted by. */
export function sortKeysOf(sort: readonly SortEntry[]): readonly SortKey[] {
  if (sort.length > MOST_SORT_KEYS) throw invalidOption(`Sort by at most ${MOST_SORT_KEYS} properties.`);
  return sort.map(({ property, descending }) => ({ field: sortFieldOf(property), descending }));
}

function sortFieldOf(property: string): SortKey["field"] {
  try {
    return searchFieldOf(property, "sort");
  } catch (error) {
    throw invalidRqlExpression.is(error) ? invalidOption(error.text.description ?? error.message) : error;
  }
}

/** One thing, whatever else is wanted. */
export const thingOf = (id: string): Criterion => ({ op: "eq", property: "thingId", value: id });
