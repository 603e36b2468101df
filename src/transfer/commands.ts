// `pollux export`, `pollux import` and `pollux partition`: what is done with the storage while, or where, no server works on it.

import type { Database } from "../journal/database.ts";
import { FolderInUse } from "../journal/folder-lock.ts";
import { refuseUnfinishedImport } from "../journal/import-progress.ts";
import { openDatabase, openPresentDatabase, type StorageOptions } from "../journal/open.ts";
import { divide } from "../journal/partitions.ts";
import type { StorageCommand } from "../ops/command-line.ts";
import { exportAll } from "./export.ts";
import { openSource, openTarget } from "./files.ts";
import type { Totals } from "./format.ts";
import { importAll } from "./import.ts";

/** Does what the command line asks for; resolves with what to tell of it. Rejects with an Error meant for the operator. */
export async function runStorageCommand(command: StorageCommand, options: StorageOptions): Promise<string> {
  try {
    switch (command.what) {
      case "export":
        return await runExport(command.file, options);
      case "import":
        return await runImport(command.file, options);
      case "partition":
        return await runPartition(options);
    }
  } catch (error) {
    if (!(error instanceof FolderInUse)) throw error;
    throw new Error(
      `A server uses the data folder ${error.folder}: stop it first, the embedded database has room for one at a time.`,
    );
  }
}

async function runExport(file: string, options: StorageOptions): Promise<string> {
  return using(await openPresentDatabase(options), async (database) => {
    await refuseUnfinishedImport(database);
    const target = openTarget(file);
    const totals = await exportAll(database, (text) => target.write(text));
    await target.finish();
    return `Exported ${told(totals)}.`;
  });
}

async function runImport(file: string, options: StorageOptions): Promise<string> {
  return using(await openDatabase(options), async (database) => {
    const { totals, found } = await importAll(database, openSource(file));
    const before = found === 0 ? "" : ` ${found} blocks were there from before.`;
    return `Imported and compared ${told(totals)}.${before}`;
  });
}

async function runPartition({ databasePartitions, ...options }: StorageOptions): Promise<string> {
  if (!options.databaseUrl) throw new Error("The embedded database has no parts: set DATABASE_URL.");
  if (databasePartitions === undefined)
    throw new Error("Say with DATABASE_PARTITIONS into how many parts; 0 makes the tables whole.");
  return using(await openDatabase(options), async (database) => {
    const changed = await divide(database, databasePartitions);
    const parts = databasePartitions === 0 ? "whole" : `in ${databasePartitions} parts`;
    return `The tables are ${parts}${changed ? " now" : " already"}.`;
  });
}

async function using<T>(database: Database, work: (database: Database) => Promise<T>): Promise<T> {
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

function told(totals: Totals): string {
  const rows = Object.entries(totals).map(([name, sum]) => `${name} ${sum.rows}`);
  return rows.length === 0 ? "a storage without data" : `the rows of a storage (${rows.join(", ")})`;
}
