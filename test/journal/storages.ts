// Both storages for one suite of tests.

import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import type { Journal } from "../../src/journal/journal.ts";
import { openJournal, type StorageOptions } from "../../src/journal/open.ts";
import { startPostgres } from "../support/postgres.ts";

export interface Storage extends AsyncDisposable {
  readonly options: StorageOptions;
}

export const storages = [
  { name: "PGlite", openStorage: embedded },
  { name: "PostgreSQL", openStorage: external },
] as const;

/** With one whose large tables are divided. */
export const wholeAndDivided = [...storages, { name: "PostgreSQL in parts", openStorage: divided }] as const;

/** Opens a storage and its journal for a suite, which both end with it; `take` is given them before the first test. */
export function useJournal(openStorage: () => Promise<Storage>, take: (journal: Journal) => void): void {
  let storage: Storage | undefined;
  let journal: Journal | undefined;
  beforeAll(async () => {
    storage = await openStorage();
    journal = await openJournal(storage.options);
    take(journal);
  });
  afterAll(async () => {
    await journal?.close();
    await storage?.[Symbol.asyncDispose]();
  });
}

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

/** The same, whose large tables are divided. */
export async function divided(): Promise<Storage> {
  const storage = await external();
  return {
    options: { ...storage.options, databasePartitions: 5 },
    [Symbol.asyncDispose]: () => storage[Symbol.asyncDispose](),
  };
}
