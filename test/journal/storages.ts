// Both storages for one suite of tests.

import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StorageOptions } from "../../src/journal/open.ts";
import { startPostgres } from "../support/postgres.ts";

export interface Storage extends AsyncDisposable {
  readonly options: StorageOptions;
}

export const storages = [
  { name: "PGlite", openStorage: embedded },
  { name: "PostgreSQL", openStorage: external },
] as const;

/** An empty data folder. */
export async function embedded(): Promise<Storage> {
  const dataDir = await mkdtemp(join(tmpdir(), "pollux-journal-"));
  return {
    options: { dataDir },
    [Symbol.asyncDispose]: () => rm(dataDir, { recursive: true, force: true }),
  };
}

/** An empty database of a real PostgreSQL. */
export async function external(): Promise<Storage> {
  const postgres = await startPostgres();
  const databaseUrl = await postgres.createDatabase(`journal_${randomUUID().replaceAll("-", "")}`);
  return {
    options: { databaseUrl, dataDir: "unused" },
    [Symbol.asyncDispose]: () => postgres[Symbol.asyncDispose](),
  };
}
