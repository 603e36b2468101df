// What an aggregation finds.

import type { Row } from "../../journal/database.ts";
import type { Asked } from "./asked.ts";
import { printTime } from "./truncation.ts";

export interface Group {
  /** JSON of what the group's things have in common, by each field; `undefined` where they have nothing there. */
  readonly keys: readonly (string | undefined)[];
  /** Decimal texts, one for each aggregate; `undefined` where there is no number to work it out of. */
  readonly values: readonly (string | undefined)[];
}

export interface Groups {
  /** In the order of their keys, the first of which counts most; nothing, then null, numbers, texts, booleans. */
  readonly groups: readonly Group[];
  /** Whether there are more. */
  readonly truncated: boolean;
}

/** The groups that the rows of an aggregation's statement tell, up to its size. */
export const groupsIn = (asked: Asked, rows: readonly Row[]): Groups => ({
  groups: rows.slice(0, asked.size).map((row) => groupOf(asked, row)),
  truncated: rows.length > asked.size,
});

const groupOf = ({ groupBy, aggregates }: Asked, row: Row): Group => ({
  keys: groupBy.map(({ truncation }, i) => {
    const key = textOf(row[`g${i}`]);
    return truncation && key !== undefined ? JSON.stringify(printTime(Number(key))) : key;
  }),
  values: aggregates.map((_, i) => textOf(row[`x${i}`])),
});

const textOf = (value: unknown): string | undefined => (value === null ? undefined : String(value));
