// Brings a database to the shape this version needs: numbered SQL files, each applied once, never edited.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Database, Query } from "./database.ts";

/** The advisory lock of starting servers; any number nobody else uses. */
export const MIGRATION_LOCK = 7_655_289;
const BREAKPOINT = "--> statement-breakpoint";

/**
 * Applies what is missing, all of it or nothing; two servers that start together do it one after the other.
 * @throws Error when the database was migrated by a newer server.
 */
export async function migrate(database: Database, folder = migrationsFolder()): Promise<void> {
  const files = migrationsIn(folder);
  await database.transaction(async (query) => {
    await query(`select pg_advisory_xact_lock(${MIGRATION_LOCK})`, []);
    const applied = await appliedMigrations(query);
    refuseNewer(applied, files);
    for (const file of files.filter((name) => !applied.has(name))) {
      for (const statement of readFileSync(join(folder, file), "utf8").split(BREAKPOINT))
        await query(statement, []);
      await query("insert into migration (name) values ($1)", [file]);
    }
  });
}

/** Whether a database is of the shape that this version knows; changes nothing. */
export async function isMigrated(database: Database, folder = migrationsFolder()): Promise<boolean> {
  const applied = await appliedMigrations(database.query);
  const files = migrationsIn(folder);
  return applied.size === files.length && files.every((file) => applied.has(file));
}

const migrationsIn = (folder: string): readonly string[] =>
  readdirSync(folder)
    .filter((file) => /^\d+_.*\.sql$/.test(file))
    .sort();

async function appliedMigrations(query: Query): Promise<ReadonlySet<string>> {
  const [table] = await query("select to_regclass('migration') is not null as present", []);
  if (table?.present !== true) return new Set();
  const rows = await query("select name from migration", []);
  return new Set(rows.map((row) => String(row.name)));
}

function refuseNewer(applied: ReadonlySet<string>, files: readonly string[]): void {
  const unknown = [...applied].filter((name) => !files.includes(name));
  if (unknown.length === 0) return;
  throw new Error(
    `The database was migrated by a newer server (${unknown.join(", ")}). Start that version or a later one.`,
  );
}

/** `schema/migrations` of the package: beside the sources, and above the compiled files. */
function migrationsFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "schema", "migrations"))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error("The package is incomplete: schema/migrations is missing.");
    folder = parent;
  }
  return join(folder, "schema", "migrations");
}
