// The condition that a row comes behind a place in an order.

import type { Ordering } from "./sort.ts";

/** An expression of an order and the place of its value in the statement. */
export interface Bound extends Pick<Ordering, "expression" | "descending"> {
  readonly value: string;
}

/**
 * Rows that come behind the bounds. Where all go in one direction it is one comparison of rows, which an index
 * serves; else it is one of the leading expressions that do, and the rest decides among their equals.
 */
export function isBehind(bounds: readonly Bound[]): string {
  const turn = bounds.findIndex(({ descending }) => descending !== bounds[0]?.descending);
  if (turn < 0) return compareRows(bounds, "");
  const leading = bounds.slice(0, turn);
  return (
    `(${compareRows(leading, "=")} and (${compareRows(leading, "")}` + ` or ${isBehind(bounds.slice(turn))}))`
  );
}

/** Rows behind the bounds or, with `=`, among them. */
function compareRows(bounds: readonly Bound[], orEqual: "" | "="): string {
  const expressions = bounds.map(({ expression }) => expression).join(", ");
  const values = bounds.map(({ value }) => value).join(", ");
  return `(${expressions}) ${bounds[0]?.descending ? "<" : ">"}${orEqual} (${values})`;
}
