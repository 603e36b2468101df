// The tables of docs/compatibility.md, made from the rows that the tests walk.

import type { Row, Table } from "./row.ts";
import { tables } from "./tables.ts";

const begin = "<!-- compatibility: made by `npm run compatibility -- --write` -->";
const end = "<!-- /compatibility -->";
const replay = "<!-- replay";

/** The page with its tables as they should read; the rest stays as it is. */
export function withTables(page: string): string {
  const [before, rest] = split(page);
  return `${before}${begin}\n\n${section()}${end}${rest}`;
}

/** What stands before and after the tables; where there are none yet they belong before the replay. */
function split(page: string): readonly [before: string, after: string] {
  const from = page.indexOf(begin);
  if (from >= 0) return [page.slice(0, from), page.slice(page.indexOf(end) + end.length)];
  const at = page.indexOf(replay);
  return at < 0 ? [`${page.trimEnd()}\n\n`, "\n"] : [page.slice(0, at), `\n\n${page.slice(at)}`];
}

function section(): string {
  const count = tables.reduce((sum, { rows }) => sum + rows.length, 0);
  const differing = tables.flatMap(({ rows }) => rows).filter((row) => row.differs !== undefined).length;
  return [
    "## Things, policies and connections, row by row",
    "",
    "Every endpoint, header, parameter and command of Ditto 3.9 for things, policies and connections. Each row is a test of the same name",
    "(`npx vitest run test/compatibility -t 'GET /things/{thingId}'`): it asks a running server and compares the answers.",
    "That nothing of Ditto's OpenAPI document, header definitions and protocol is without a row is tested as well",
    `(\`test/compatibility/inventory.ts\`). Of ${count} rows ${differing} differ, and say why; their tests check our answer.`,
    "",
    ...tables.flatMap(tableText),
  ].join("\n");
}

const tableText = ({ title, rows }: Table): string[] => [
  `### ${title}`,
  "",
  "| What | In Ditto | Here |",
  "|---|---|---|",
  ...rows.map(rowText),
  "",
];

const rowText = ({ what, says, differs, steps }: Row): string =>
  `| ${code(what)} | ${escaped(says)} | ${differs === undefined ? `the same (${steps.length} steps)` : escaped(differs)} |`;

const code = (what: string): string => `\`${escaped(what)}\``;
const escaped = (text: string): string => text.replaceAll("|", "\\|");
