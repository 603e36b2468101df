// Lines of an export into a storage without data: block by block, each with the note how far it is in one transaction, so that an
// import that was interrupted goes on; at the end the storage is read and compared.

import type { Database, Query } from "../journal/database.ts";
import { beginImport, endImport, importProgress, noteBlock } from "../journal/import-progress.ts";
import { MIGRATION_LOCK } from "../journal/migrations.ts";
import { atOneMoment } from "./export.ts";
import { Adding, rowLine, type Totals } from "./format.ts";
import { linesOf } from "./lines.ts";
import { type Block, type Reading, readExport } from "./read-blocks.ts";
import { readRows } from "./read-rows.ts";
import { type ColumnKind, GIVEN, TABLES } from "./tables.ts";

/** What came of an import. */
export interface Imported {
  readonly totals: Totals;
  /** Blocks that an earlier attempt had written. */
  readonly found: number;
}

/**
 * Imports a file, or goes on with it. The database must be migrated, and no server may work on it.
 * @throws Damaged where the file is not what was exported: what comes before is imported, and an import of the whole file goes on after
 * it. Error where the file cannot be read by this version, the storage holds other data, or it does not hold in the end what the
 * file says.
 */
export async function importAll(database: Database, chunks: AsyncIterable<Uint8Array>): Promise<Imported> {
  const reading = await readExport(linesOf(chunks)[Symbol.asyncIterator]());
  const { source } = reading;
  const progress = await begun(database, reading);
  const blocks = reading.blocks();
  let next = await blocks.next();
  for (; !next.done; next = await blocks.next()) {
    const { number, chain } = next.value;
    if (number === progress.blocks && chain !== progress.chain) throw otherFile();
    if (number > progress.blocks) await write(database, source, next.value);
  }
  const end = next.value;
  if (end.blocks < progress.blocks) throw otherFile();
  compare(await totalsOf(database), end.totals);
  await endImport(database.query, { source, blocks: end.blocks, chain: "" });
  return { totals: end.totals, found: progress.blocks };
}

const otherFile = (): Error =>
  new Error(
    "An import of another file into this storage is not finished. Go on with that file, or take an empty storage.",
  );

/** Notes that the import begins, unless it has. */
function begun(database: Database, { source }: Reading): ReturnType<typeof beginning> {
  return database.transaction(async (query) => {
    await query(`select pg_advisory_xact_lock(${MIGRATION_LOCK})`, []);
    return beginning(query, source);
  });
}

async function beginning(
  query: Query,
  source: string,
): Promise<{ readonly blocks: number; readonly chain: string }> {
  const progress = await importProgress(query);
  if (progress && progress.source !== source) throw otherFile();
  if (progress) return progress;
  for (const { name } of TABLES.filter((table) => table.name !== "search_state")) {
    const [row] = await query(`select exists (select from ${name}) as used`, []);
    if (row?.used === true)
      throw new Error(
        `The storage is not empty (${name} has rows), and an import adds to nothing. Take an empty one.`,
      );
  }
  // What a server said of the index of an empty storage does not hold for a full one.
  for (const index of ["search_state", "search_thing", "search_access"])
    await query(`delete from ${index}`, []);
  const first = { source, blocks: 0, chain: source };
  await beginImport(query, first);
  return first;
}

async function write(database: Database, source: string, block: Block): Promise<void> {
  const { table, columns, number, chain } = block;
  const rows = block
    .rows()
    .map((values) => Object.fromEntries(columns.map((column, i) => [column, values[i]])));
  const statement = insertInto(
    table.name,
    columns.map((column) => [column, table.columns[column]!]),
  );
  await database.transaction(async (query) => {
    await noteBlock(query, { source, blocks: number, chain });
    await query(statement, [JSON.stringify(rows)]);
  });
}

const typeOf: Readonly<Record<ColumnKind, string>> = { text: "text", number: "bigint", bytes: "text" };

function insertInto(table: string, columns: readonly (readonly [string, ColumnKind])[]): string {
  const given = Object.entries(GIVEN[table] ?? {});
  const names = [...columns.map(([name]) => name), ...given.map(([name]) => name)];
  const values = columns.map(([name, kind]) => (kind === "bytes" ? `decode(${name}, 'base64')` : name));
  return `
insert into ${table} (${names.join(", ")}) select ${[...values, ...given.map(([, value]) => value)].join(", ")}
from json_to_recordset($1::json) as given (${columns.map(([name, kind]) => `${name} ${typeOf[kind]}`).join(", ")})`;
}

/** What a storage holds. */
export function totalsOf(database: Database): Promise<Totals> {
  return atOneMoment(database, async (query) => {
    const adding = new Adding();
    for (const table of TABLES) {
      const columns = Object.keys(table.columns);
      for await (const values of readRows(query, table))
        adding.add(table.name, columns, values, rowLine(table.name, values));
    }
    return adding.totals();
  });
}

function compare(found: Totals, wanted: Totals): void {
  const names = [...new Set([...Object.keys(found), ...Object.keys(wanted)])];
  const wrong = names.filter(
    (name) => found[name]?.rows !== wanted[name]?.rows || found[name]?.sha256 !== wanted[name]?.sha256,
  );
  if (wrong.length === 0) return;
  const told = wrong.map((name) => `${name}: ${found[name]?.rows ?? 0} rows of ${wanted[name]?.rows ?? 0}`);
  throw new Error(
    `The storage does not hold what the file says (${told.join("; ")}). Import it into an empty one.`,
  );
}
