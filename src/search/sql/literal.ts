// What stands in the text of a statement: only paths that an operator has configured, since an index serves an
// expression only where both are spelled with constants. Whatever else a client says is a parameter.

import type { Path } from "../../base/json/pointer.ts";

/** A text as jsonb can hold it: U+0000 and halves of surrogate pairs are U+FFFD. */
export const storableText = (text: string): string => text.toWellFormed().replaceAll("\0", "\ufffd");

/** A text as a constant of SQL, whatever `standard_conforming_strings` says. */
export function textLiteral(text: string): string {
  const quoted = `'${storableText(text).replaceAll("'", "''")}'`;
  return quoted.includes("\\") ? ` E${quoted.replaceAll("\\", "\\\\")}` : quoted;
}

/** A list of texts in the notation of PostgreSQL's arrays. */
export const printArray = (texts: readonly string[]): string =>
  `{${texts.map((text) => `"${storableText(text).replace(/["\\]/g, "\\$&")}"`).join(",")}}`;

/** The keys of a path as a constant of SQL, of type `text[]`. */
export const literalPath = (path: Path): string => `${textLiteral(printArray(path))}::text[]`;

/** The three keys by which values of different types are put in order. */
export interface OrderExpressions {
  readonly rank: string;
  readonly number: string;
  readonly text: string;
}

/** The keys of the order of values that an expression of type jsonb gives. */
export const orderExpressions = (value: string): OrderExpressions => ({
  rank: `search_rank(${value})`,
  number: `search_number(${value})`,
  text: `search_text(${value}) collate "C"`,
});

/**
 * The expressions of the custom index on a path. Statements that are to be served by it spell them alike; `alias` is
 * the name that the table `search_thing` has in them.
 */
export const indexExpressions = (path: Path, alias?: string): OrderExpressions =>
  orderExpressions(`${alias === undefined ? "" : `${alias}.`}thing #> ${literalPath(path)}`);
