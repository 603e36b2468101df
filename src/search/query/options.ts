// The options of a search (httpapi-search page), such as `sort(+thingId,-attributes/a),size(10)`. The grammar is Ditto's,
// to the places where a space may stand.

import type { TwinError } from "../../base/errors.ts";
import { quoted, type Refusal } from "../../rql/errors.ts";
import { Scanner } from "../../rql/scanner.ts";

export interface SortEntry {
  /** Without slashes at its ends. */
  readonly property: string;
  readonly descending: boolean;
}

export type SearchOption =
  | { readonly kind: "sort"; readonly entries: readonly SortEntry[] }
  | { readonly kind: "size"; readonly size: number }
  | { readonly kind: "limit"; readonly offset: number; readonly count: number }
  | { readonly kind: "cursor"; readonly cursor: string };

const SIZE = /^\d+$/;
const INTEGER = /^(?!-0)[+-]?(?:[1-9]\d+|\d)[ \n\r\t\f]*$/;
const MAX_INT32 = 2 ** 31 - 1;
/** Of integers in an expression, as in its filter; what stands beyond is refused even by the grammar. */
const MAX_INT64 = 2n ** 63n - 1n;
const MAX_DIGITS = 20;

/**
 * Parses options in one pass. What is none is refused with the error that the caller makes of the reason; whether the
 * options are possible, and fit together, is not asked here.
 */
export function parseOptions(text: string, refusal: Refusal): readonly SearchOption[] {
  const scanner = new Scanner(text, refusal);
  scanner.skipSpace();
  const options: SearchOption[] = [];
  do options.push(option(scanner, refusal));
  while (scanner.take(","));
  scanner.expectEnd();
  return options;
}

function option(scanner: Scanner, refusal: Refusal): SearchOption {
  const parsed = argumentsOf(scanner.operator(), scanner, refusal);
  scanner.expect(")");
  return parsed;
}

function argumentsOf(name: string, scanner: Scanner, refusal: Refusal): SearchOption {
  switch (name) {
    case "sort":
      return { kind: "sort", entries: sortEntries(scanner, refusal) };
    case "size":
      return { kind: "size", size: size(scanner.property(), refusal) };
    case "limit": {
      const offset = integer(scanner.property(), refusal);
      scanner.expect(",");
      return { kind: "limit", offset, count: integer(scanner.property(), refusal) };
    }
    case "cursor":
      return { kind: "cursor", cursor: scanner.property() };
    default:
      throw refusal(`There is no option ${quoted(name)}.`);
  }
}

function sortEntries(scanner: Scanner, refusal: Refusal): readonly SortEntry[] {
  const entries: SortEntry[] = [];
  do entries.push(sortEntry(scanner, refusal));
  while (scanner.take(","));
  return entries;
}

function sortEntry(scanner: Scanner, refusal: Refusal): SortEntry {
  const descending = scanner.take("-");
  if (!descending) scanner.expect("+");
  const property = scanner.property();
  if (property.includes("//")) throw refusal(`The property ${quoted(property)} has an empty key.`);
  return { property: property.replace(/^\//, "").replace(/\/$/, ""), descending };
}

function size(digits: string, refusal: Refusal): number {
  const value = SIZE.test(digits) ? Number(digits) : Number.NaN;
  if (!(value <= MAX_INT32)) throw noNumber(digits, refusal);
  return value;
}

function integer(digits: string, refusal: Refusal): number {
  if (!INTEGER.test(digits)) throw noNumber(digits, refusal);
  const plain = digits.trim().replace("+", "");
  if (plain.length > MAX_DIGITS) throw noNumber(digits, refusal);
  const exact = BigInt(plain);
  if (exact > MAX_INT64 || exact < -MAX_INT64 - 1n) throw noNumber(digits, refusal);
  return Number(exact);
}

const noNumber = (digits: string, refusal: Refusal): TwinError =>
  refusal(`${quoted(digits)} is no number that an option can have.`);
