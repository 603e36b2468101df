// Which storage, brought to today's shape: the journal as the composition root asks for it.

import type { Database } from "./database.ts";
import type { Journal, JournalObservation } from "./journal.ts";
import { migrate } from "./migrations.ts";
import { openPglite } from "./pglite.ts";
import { openPostgres } from "./postgres.ts";
import type { WriterLimits } from "./sink.ts";
import { storedJournal } from "./stored-journal.ts";

export interface StorageOptions {
  /** A PostgreSQL to use; without it, the embedded database in the folder. */
  readonly databaseUrl?: string | undefined;
  readonly dataDir: string;
}

export interface JournalOptions extends StorageOptions {
  readonly observe?: (fact: JournalObservation) => void;
  readonly limits?: WriterLimits;
}

/**
 * Opens the database and brings its tables to this version.
 * @throws Error that says what to do when it cannot be opened, is too old, too new, or in use.
 */
export async function openDatabase({ databaseUrl, dataDir }: StorageOptions): Promise<Database> {
  const database = databaseUrl ? await openPostgres(databaseUrl) : await openPglite(dataDir);
  try {
    await migrate(database);
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

/** Opens the journal with the database it is kept in, as {@link openDatabase} does. */
export async function openStorage(options: JournalOptions): Promise<Storage> {
  const database = await openDatabase(options);
  const observe = options.observe ?? (() => undefined);
  return { database, journal: storedJournal(database, observe, options.limits) };
}

export async function openJournal(options: JournalOptions): Promise<Journal> {
  return (await openStorage(options)).journal;
}
