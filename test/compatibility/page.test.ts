import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { commands, endpoints, headers, parameters, piggybackCommands } from "./inventory.ts";
import { withTables } from "./page.ts";
import type { Row } from "./row.ts";
import { tables } from "./tables.ts";
import { testName } from "./walk.ts";

const rows: readonly Row[] = tables.flatMap((table) => table.rows);
const missing = (names: readonly string[]) => {
  const known = new Set(rows.flatMap(({ what }) => [what, ...what.split(", ")]));
  return names.filter((name) => !known.has(name));
};

test("docs/compatibility.md is what `npm run compatibility -- --write` makes of the rows", () => {
  const page = readFileSync(new URL("../../docs/compatibility.md", import.meta.url), "utf8");

  expect(page).toBe(withTables(page));
});

test("every endpoint of Ditto has a row", () => expect(missing(endpoints)).toEqual([]));
test("every query parameter of Ditto has a row", () => expect(missing(parameters)).toEqual([]));
test("every header of Ditto has a row", () => expect(missing(headers)).toEqual([]));
test("every protocol command of Ditto has a row", () => expect(missing(commands)).toEqual([]));
test("every piggyback command of Ditto has a row", () => expect(missing(piggybackCommands)).toEqual([]));

test("no row is without a check, and none is told twice", () => {
  const empty = rows.filter(({ steps }) => steps.length === 0);
  const names = tables.flatMap(({ title, rows }) => rows.map((row) => `${title} > ${testName(row)}`));

  expect(empty).toEqual([]);
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
});
