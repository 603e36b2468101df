// Reads what an aggregation is to be about: `truncate(attributes/at,h)` and `avg(attributes/t)`, in the manner of RQL.

import type { TwinError } from "../../base/errors.ts";
import { quoted } from "../../rql/errors.ts";
import { Scanner } from "../../rql/scanner.ts";
import { type SearchField, searchFieldOf } from "../field.ts";
import {
  type Aggregate,
  type Asked,
  DEFAULT_GROUPS,
  type GroupField,
  MAX_AGGREGATES,
  MAX_GROUP_FIELDS,
  MAX_GROUPS,
} from "./asked.ts";
import { aggregationInvalid } from "./errors.ts";
import { readTruncation } from "./truncation.ts";

/** The parameters of a request, as they came. */
export interface AskedTexts {
  /** Properties, and `truncate(property,span)`. Absent: all things are one group. */
  readonly groupBy?: string | undefined;
  /** `count`, `count(property)`, `sum(…)`, `avg(…)`, `min(…)`, `max(…)`, and `p95(…)` or any other percentile. Absent: `count`. */
  readonly aggregates?: string | undefined;
  /** `size(…)`. */
  readonly option?: string | undefined;
}

/** Longest list accepted, in UTF-16 units: every group of an answer repeats its names. */
const MAX_LENGTH = 4_096;

/**
 * Refuses with `thing-search:search.option.invalid`, telling the place in the text, what cannot be read, and with
 * `rql.expression.invalid` properties that a search cannot be sorted by.
 */
export const readAsked = ({ groupBy, aggregates, option }: AskedTexts): Asked => ({
  groupBy: listOf("groupBy", groupBy, MAX_GROUP_FIELDS, groupField),
  aggregates: listOf("aggregates", aggregates || "count", MAX_AGGREGATES, aggregate),
  size: sizeOf(option),
});

/** What a list is read with: its words, and how it is refused. */
interface Reading {
  readonly scanner: Scanner;
  readonly refusal: (reason: string) => TwinError;
}

function listOf<T extends { readonly name: string }>(
  where: string,
  text: string | undefined,
  most: number,
  read: (reading: Reading) => T,
): readonly T[] {
  if (!text) return [];
  const refusal = (reason: string) => aggregationInvalid(where, reason);
  if (text.length > MAX_LENGTH) throw refusal(`It is longer than ${MAX_LENGTH} characters.`);
  const scanner = new Scanner(text, refusal);
  const items: T[] = [];
  do {
    scanner.skipSpace();
    if (items.length === most) throw refusal(`It names more than ${most}.`);
    const item = read({ scanner, refusal });
    if (items.some(({ name }) => name === item.name))
      throw refusal(`It names ${quoted(item.name)} more than once.`);
    items.push(item);
  } while (scanner.take(","));
  scanner.expectEnd();
  return items;
}

const TRUNCATE = "truncate(";

function groupField({ scanner, refusal }: Reading): GroupField {
  const word = wordOf(scanner);
  if (!word.startsWith(TRUNCATE)) return { name: word, field: fieldOf(word, refusal) };
  const property = word.slice(TRUNCATE.length);
  scanner.expect(",");
  scanner.skipSpace();
  const span = scanner.property();
  const truncation = readTruncation(span);
  if (!truncation)
    throw refusal(`${quoted(span)} is no span of time; it is ms, s, m, h, d, w, mo or y, as h or 15m.`);
  scanner.expect(")");
  return { name: `${TRUNCATE}${property},${span})`, field: fieldOf(property, refusal), truncation };
}

const SIMPLE = ["count", "sum", "avg", "min", "max"] as const;
const PERCENTILE = /^p(\d{1,3}(?:\.\d{1,4})?)$/;

function aggregate({ scanner, refusal }: Reading): Aggregate {
  const word = wordOf(scanner);
  if (word === "count") return { name: word, kind: word };
  const open = word.indexOf("(");
  const name = open < 0 ? word : word.slice(0, open);
  const kind = SIMPLE.find((simple) => simple === name);
  const share = Number(`${PERCENTILE.exec(name)?.[1]}e-2`);
  if (kind === undefined && !(share <= 1))
    throw refusal(`There is no aggregate ${quoted(name)}; it is ${SIMPLE.join(", ")}, or p0 to p100.`);
  if (open < 0) scanner.refuse("'('");
  scanner.expect(")");
  const field = fieldOf(word.slice(open + 1), refusal);
  return kind ? { name: `${word})`, kind, field } : { name: `${word})`, kind: "percentile", share, field };
}

/** All before a comma or a parenthesis that closes. */
const wordOf = (scanner: Scanner): string => scanner.property() || scanner.refuse("a name");

/** In sorting `features/*` is a feature of that name; here nobody could mean that. */
function fieldOf(property: string, refusal: Reading["refusal"]): SearchField {
  if (property.includes("//")) throw refusal(`The property ${quoted(property)} has an empty key.`);
  const field = searchFieldOf(property, "sort");
  if (field.kind === "nested" && field.path[0] === "features" && field.path[1] === "*")
    throw refusal(`${quoted(property)} has a value for each feature; name one of them.`);
  return field;
}

function sizeOf(option: string | undefined): number {
  if (!option) return DEFAULT_GROUPS;
  const size = Number(/^\s*size\((\d{1,9})\)\s*$/.exec(option)?.[1]);
  if (!(size >= 1 && size <= MAX_GROUPS))
    throw aggregationInvalid("option", `It must be size(1) to size(${MAX_GROUPS}), not ${quoted(option)}.`);
  return size;
}
