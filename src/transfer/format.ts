// The lines of an export (docs/storage.md): a header, blocks of rows each with a check line, and what all of it comes to.

import { createHash, type Hash } from "node:crypto";
import type { Value } from "./read-rows.ts";
import { TABLES } from "./tables.ts";

export const VERSION = 1;

/** No line is longer, in bytes. */
export const MOST_LINE_BYTES = 64 * 1024 * 1024;
/** A block ends with the row that reaches one of these; its rows are of one table. */
export const BLOCK_ROWS = 1_000;
export const BLOCK_LENGTH = 2 * 1024 * 1024;

export interface Header {
  readonly pollux: "export";
  readonly version: number;
  /** When it was made, as ISO 8601. */
  readonly created: string;
  /** The columns of the rows of each table. */
  readonly tables: Readonly<Record<string, readonly string[]>>;
}

/** Follows the rows of a block. */
export interface Check {
  /** 1 for the first. */
  readonly block: number;
  readonly rows: number;
  /** The digest of the one before and the lines since. */
  readonly chain: string;
}

/** How many rows there are, and their digest; by table, or by table and kind, as `journal/thing`. */
export type Totals = Readonly<Record<string, { readonly rows: number; readonly sha256: string }>>;

export interface End {
  readonly blocks: number;
  readonly totals: Totals;
}

/** The last line. */
export interface Trailer {
  readonly end: End;
  readonly chain: string;
}

export const line = (value: object): string => `${JSON.stringify(value)}\n`;

export const rowLine = (table: string, values: readonly Value[]): string => line([table, ...values]);

/** The digest of what was before and the text that follows. */
export const chained = (chain: string, text: string): string =>
  createHash("sha256").update(chain).update(text).digest("hex");

const KIND = "kind";

/** Adds up rows as they come, in the order of {@link TABLES}. */
export class Adding {
  readonly #sums = new Map<string, { rows: number; readonly hash: Hash }>();

  add(table: string, columns: readonly string[], values: readonly Value[], text: string): void {
    const kind = columns.indexOf(KIND);
    const name = kind < 0 ? table : `${table}/${values[kind]}`;
    let sum = this.#sums.get(name);
    if (!sum) {
      sum = { rows: 0, hash: createHash("sha256") };
      this.#sums.set(name, sum);
    }
    sum.rows++;
    sum.hash.update(text);
  }

  totals(): Totals {
    return Object.fromEntries(
      [...this.#sums].map(([name, { rows, hash }]) => [name, { rows, sha256: hash.copy().digest("hex") }]),
    );
  }
}

export const newHeader = (): Header => ({
  pollux: "export",
  version: VERSION,
  created: new Date().toISOString(),
  tables: Object.fromEntries(TABLES.map(({ name, columns }) => [name, Object.keys(columns)])),
});
