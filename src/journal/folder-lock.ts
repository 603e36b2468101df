// One server a data folder. The lock is the operating system's, taken through SQLite on an empty file: the kernel
// drops it with the process however that ends, so a kill leaves nothing stale, and no process id is compared.

import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";

const SQLITE_BUSY = 5;

export interface FolderLock {
  release(): void;
}

/** Another process has the folder; the message says what a server's operator can do. */
export class FolderInUse extends Error {
  override readonly name = "FolderInUse";
  readonly folder: string;

  constructor(folder: string) {
    super(
      `The data folder ${folder} is in use by another server. ` +
        "Stop that server, or give this one its own folder with DATA_DIR, or share a PostgreSQL with DATABASE_URL.",
    );
    this.folder = folder;
  }
}

/**
 * Makes the folder if it is not there, and takes it for this process.
 * @throws FolderInUse when another server holds it.
 */
export function lockFolder(folder: string): FolderLock {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = new DatabaseSync(join(folder, "lock"));
  try {
    file.exec("begin exclusive");
  } catch (error) {
    file.close();
    if (!isBusy(error)) throw error;
    throw new FolderInUse(resolve(folder));
  }
  return { release: () => file.close() };
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === SQLITE_BUSY;
}
