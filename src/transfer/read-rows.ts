// Rows of a table in the order of their keys, page by page, each page bounded in rows and bytes.

import type { Parameter, Query, Row } from "../journal/database.ts";
import type { ColumnKind, TransferTable } from "./tables.ts";

export type Value = string | number | null;

const PAGE_ROWS = 1_000;
/** A page ends with the row that reaches it. */
const PAGE_BYTES = 2 * 1024 * 1024;

const written = (column: string, kind: ColumnKind): string =>
  kind === "bytes" ? `translate(encode(${column}, 'base64'), E'\\n', '') as ${column}` : column;

const sorted = (column: string, kind: ColumnKind | undefined): string =>
  kind === "text" ? `${column} collate "C"` : column;

/**
 * The statement of a page: the first, or with the key of the last row as parameters the next. Of rows that may come on the page their
 * lengths are looked at, which takes no value from where PostgreSQL keeps it; values are only of those that do.
 */
function pageOf({ name, columns, key, condition }: TransferTable, isFirst: boolean): string {
  const names = Object.keys(columns);
  const order = key.map((column) => sorted(column, columns[column])).join(", ");
  const places = key.map((column, i) => `$${i + 1}${columns[column] === "number" ? "::bigint" : ""}`);
  const conditions = [condition, isFirst ? undefined : `(${order}) > (${places.join(", ")})`].filter(
    (one) => one !== undefined,
  );
  const length = names.filter((column) => columns[column] !== "number");
  return `
select ${names.map((column) => written(column, columns[column]!)).join(", ")} from (
  select ${names.join(", ")}, length, sum(length) over (order by ${order} rows unbounded preceding) as total
  from (
    select ${names.join(", ")}, 0${length.map((column) => ` + coalesce(octet_length(${column}), 0)`).join("")} as length
    from ${name} ${conditions.length > 0 ? `where ${conditions.join(" and ")}` : ""}
    order by ${order} limit ${PAGE_ROWS}
  ) as page
) as counted
where total - length < ${PAGE_BYTES} order by ${order}`;
}

/** All rows of a table that count, each with its values in the order of the columns. To be read in one transaction that does not see others. */
export async function* readRows(query: Query, table: TransferTable): AsyncGenerator<readonly Value[]> {
  const names = Object.keys(table.columns);
  let page = await query(pageOf(table, true), []);
  while (page.length > 0) {
    for (const row of page) yield names.map((name) => row[name] as Value);
    const last = page.at(-1) as Row;
    page = await query(
      pageOf(table, false),
      table.key.map((name) => last[name] as Parameter),
    );
  }
}
