// Which storage, brought to today's shape: the journal as the composition root asks for it.

import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Database } from "./database.ts";
import { refuseUnfinishedImport } from "./import-progress.ts";
import type { Journal, JournalObservation } from "./journal.ts";
import { isMigrated, migrate } from "./migrations.ts";
import { divideFresh } from "./partitions.ts";
import { openPglite } from "./pglite.ts";
import { openPostgres } from "./postgres.ts";
import type { WriterLimits } from "./sink.ts";
import { storedJournal } from "./stored-journal.ts";

export interface StorageOptions {
  /** A PostgreSQL to use; without it, the embedded database in the folder. */
  readonly databaseUrl?: string | undefined;
  readonly dataDir: string;
  /** Into how many parts the large tables of a PostgreSQL are divided when they are made; 0 or absent, they stay whole. */
  readonly databasePartitions?: number | undefined;
}

export interface JournalOptions extends StorageOptions {
  readonly observe?: (fact: JournalObservation) => void;
  readonly limits?: WriterLimits;
}

/**
 * Opens the database and brings its tables to this version.
 * @throws Error that says what to do when it cannot be opened, is too old, too new, or in use.
 */
export async function openDatabase(options: StorageOptions): Promise<Database> {
  return opened(options, async (database) => {
    await migrate(database);
    await divideFresh(database, options.databasePartitions ?? 0);
  });
}

/**
 * Opens the database as it is.
 * @throws Error that says what to do when there is none, when it is not of this version, or is in use.
 */
export async function openPresentDatabase(options: StorageOptions): Promise<Database> {
  const folder = join(options.dataDir, "pglite");
  if (!options.databaseUrl && !existsSync(folder))
    throw new Error(`There is no embedded database in ${resolve(folder)}: set DATA_DIR or DATABASE_URL.`);
  return opened(options, async (database) => {
    if (await isMigrated(database)) return;
    throw new Error(
      "The database is not of the shape of this version: start a server of this version on it once, or use the version that wrote it.",
    );
  });
}

async function opened(
  { databaseUrl, dataDir }: StorageOptions,
  prepare: (database: Database) => Promise<void>,
): Promise<Database> {
  const database = databaseUrl ? await openPostgres(databaseUrl) : await openPglite(dataDir);
  try {
    await prepare(database);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

export interface Storage {
  readonly journal: Journal;
  /** What is beside the journal; closed with it. */
  readonly database: Database;
}

/**
 * Opens the journal with the database it is kept in, as {@link openDatabase} does.
 * @throws Error as well where only a part of the data is there.
 */
export async function openStorage(options: JournalOptions): Promise<Storage> {
  const database = await openDatabase(options);
  const observe = options.observe ?? (() => undefined);
  try {
    await refuseUnfinishedImport(database);
  } catch (error) {
    await database.close();
    throw error;
  }
  return { database, journal: storedJournal(database, observe, options.limits) };
}

export async function openJournal(options: JournalOptions): Promise<Journal> {
  return (await openStorage(options)).journal;
}
