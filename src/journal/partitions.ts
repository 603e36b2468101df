// Large tables in parts, by entity ID: each part has its own indexes and is tidied up by itself, and all rows of an entity lie in
// one. Every primary key holds the ID, so the statements are the same on whole and divided tables.

import type { Database, Query } from "./database.ts";
import { MIGRATION_LOCK } from "./migrations.ts";

/** The tables whose rows grow with the number of entities or events. */
const DIVIDED = ["journal", "snapshot", "kept_snapshot", "search_thing"] as const;

type Table = (typeof DIVIDED)[number];

/**
 * Divides the tables of a fresh database, and does nothing where they are as wanted, or where nothing is wanted.
 * @throws Error that says what to do when there are data, in tables divided otherwise.
 */
export async function divideFresh(database: Database, parts: number): Promise<void> {
  if (parts === 0 || database.isEmbedded) return;
  await locked(database, async (query) => {
    const present = await partsOf(query, "journal");
    if (present === parts) return;
    const [row] = await query(
      "select exists (select from journal) or exists (select from snapshot) as used",
      [],
    );
    if (row?.used === true)
      throw new Error(
        `DATABASE_PARTITIONS is ${parts}, but the tables of the database ${present === 0 ? "are whole" : `have ${present} parts`}. ` +
          "Stop all servers and run `pollux partition` with this setting, or remove it.",
      );
    await divideAll(query, parts);
  });
}

/**
 * Writes the tables anew in so many parts (0: whole), in one transaction: where it is interrupted they are as before. Everything
 * else waits meanwhile. Needs room for a second copy. Resolves with whether there was something to do.
 */
export async function divide(database: Database, parts: number): Promise<boolean> {
  return locked(database, async (query) => {
    for (const table of DIVIDED)
      if ((await partsOf(query, table)) !== parts) {
        await divideAll(query, parts);
        return true;
      }
    return false;
  });
}

function locked<T>(database: Database, work: (query: Query) => Promise<T>): Promise<T> {
  return database.transaction(async (query) => {
    await query(`select pg_advisory_xact_lock(${MIGRATION_LOCK})`, []);
    return work(query);
  });
}

async function divideAll(query: Query, parts: number): Promise<void> {
  await query(`lock table ${DIVIDED.join(", ")} in access exclusive mode`, []);
  for (const table of DIVIDED)
    if ((await partsOf(query, table)) !== parts) await rewrite(query, table, parts);
}

/** Whether the journal is in parts. */
export const isDivided = async ({ query, isEmbedded }: Database): Promise<boolean> =>
  !isEmbedded && (await partsOf(query, "journal")) > 0;

/** How many parts a table has; 0 where it is whole. */
async function partsOf(query: Query, table: Table): Promise<number> {
  const [row] = await query("select count(*) as parts from pg_inherits where inhparent = to_regclass($1)", [
    table,
  ]);
  return Number(row?.parts);
}

/** What is said of a table beside its columns. */
interface Shape {
  readonly key: { readonly name: string; readonly definition: string };
  readonly indexes: readonly string[];
  /** `fillfactor=70`. */
  readonly options: readonly string[];
  readonly statistics: readonly { readonly column: string; readonly target: number }[];
}

async function rewrite(query: Query, table: Table, parts: number): Promise<void> {
  const { key, indexes, options, statistics } = await shapeOf(query, table);
  const old = `${table}_old`;
  await query(`alter table ${table} rename to ${old}`, []);
  const divided = parts === 0 ? `${withOptions(options)}` : " partition by hash (id)";
  await query(`create table ${table} (like ${old} including defaults including storage)${divided}`, []);
  // With their number, so that no name is that of an old part.
  for (let part = 0; part < parts; part++)
    await query(
      `create table ${table}_${parts}_${part} partition of ${table}
       for values with (modulus ${parts}, remainder ${part})${withOptions(options)}`,
      [],
    );
  for (const { column, target } of statistics)
    await query(`alter table ${table} alter column "${column}" set statistics ${target}`, []);
  await query(`insert into ${table} select * from ${old}`, []);
  await query(`drop table ${old}`, []);
  // Made after the rows are there, and when the names are free again.
  await query(`alter table ${table} add constraint ${key.name} ${key.definition}`, []);
  for (const index of indexes) await query(index, []);
  await query(`analyze ${table}`, []);
}

const withOptions = (options: readonly string[]): string =>
  options.length === 0 ? "" : ` with (${options.join(", ")})`;

async function shapeOf(query: Query, table: Table): Promise<Shape> {
  const [key] = await query(
    `select conname as name, pg_get_constraintdef(oid) as definition from pg_constraint
     where conrelid = to_regclass($1) and contype = 'p'`,
    [table],
  );
  const indexes = await query(
    `select pg_get_indexdef(indexrelid) as definition from pg_index
     where indrelid = to_regclass($1) and not indisprimary order by indexrelid`,
    [table],
  );
  // A divided table has no options of its own; its parts, which are alike, have.
  const options = await query(
    `select unnest(reloptions) as option from pg_class where oid = coalesce(
       (select inhrelid from pg_inherits where inhparent = to_regclass($1) order by inhrelid limit 1), to_regclass($1))`,
    [table],
  );
  const statistics = await query(
    `select attname as column, attstattarget as target from pg_attribute
     where attrelid = to_regclass($1) and attnum > 0 and not attisdropped and attstattarget >= 0`,
    [table],
  );
  return {
    key: { name: String(key?.name), definition: String(key?.definition) },
    indexes: indexes.map(({ definition }) => String(definition).replace(" ON ONLY ", " ON ")),
    options: options.map(({ option }) => String(option)),
    statistics: statistics.map(({ column, target }) => ({ column: String(column), target: Number(target) })),
  };
}
