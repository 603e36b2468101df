// A migrated database on either storage, for a suite.

import { afterAll, beforeAll } from "vitest";
import type { Database } from "../../../src/journal/database.ts";
import { openDatabase } from "../../../src/journal/open.ts";
import type { Storage } from "../../journal/storages.ts";

/** Opens a database for a suite, with which it ends; `take` is given it before the first test. */
export function useDatabase(open: () => Promise<Storage>, take: (database: Database) => void): void {
  let storage: Storage | undefined;
  let database: Database | undefined;
  beforeAll(async () => {
    storage = await open();
    database = await openDatabase(storage.options);
    take(database);
  });
  afterAll(async () => {
    await database?.close();
    await storage?.[Symbol.asyncDispose]();
  });
}
