// Tables as comma-separated values, line by line: as RFC 4180 has them, but that lines end in LF.

import { stringify } from "csv-stringify/sync";
import { isRawNumber, type JsonValue } from "../../base/json/json.ts";

/**
 * Lines of a table, with their ends. What is null is empty, an empty text is `""`, what is an object or a list is JSON. A text that a
 * spreadsheet would take for a formula (it begins with `=`, `+`, `-`, `@`, a tabulator or CR) has an apostrophe before it.
 */
export const csvLines = (rows: readonly (readonly JsonValue[])[]): string =>
  stringify(rows as JsonValue[][], {
    record_delimiter: "unix",
    quote_record_delimiter: true,
    quoted_match: /^$/,
    escape_formulas: true,
    cast: { boolean: String, object: castObject },
  });

/** Numbers that are kept as they came may begin with a minus, and are no formulas. */
function castObject(value: unknown) {
  const text = JSON.stringify(value);
  return isRawNumber(value) ? { value: text, escape_formulas: false } : text;
}
