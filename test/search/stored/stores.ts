// A search index and the journal it is behind, on either storage.

import { afterAll, beforeAll } from "vitest";
import type { JsonObject } from "../../../src/base/json/json.ts";
import type { Database } from "../../../src/journal/database.ts";
import type { Journal, JournalRow } from "../../../src/journal/journal.ts";
import { openStorage, type StorageOptions } from "../../../src/journal/open.ts";
import { keysOf } from "../../../src/search/keys.ts";
import type { SearchStore, ThingRow } from "../../../src/search/store.ts";
import { storedIndex } from "../../../src/search/stored/stored-index.ts";
import type { Storage } from "../../journal/storages.ts";

export interface Stored {
  readonly options: StorageOptions;
  readonly journal: Journal;
  readonly database: Database;
  readonly store: SearchStore;
}

/** Opens a storage for a suite, with which it ends; `take` is given what is in it before the first test. */
export function useStore(open: () => Promise<Storage>, take: (stored: Stored) => void): void {
  let storage: Storage | undefined;
  let journal: Journal | undefined;
  beforeAll(async () => {
    storage = await open();
    const opened = await openStorage(storage.options);
    journal = opened.journal;
    take({ ...opened, options: storage.options, store: storedIndex(opened.database) });
  });
  afterAll(async () => {
    await journal?.close();
    await storage?.[Symbol.asyncDispose]();
  });
}

/** A row of the journal that makes an entity, or changes something of it, or ends it. */
export const recorded = (
  kind: "thing" | "policy",
  id: string,
  revision: number,
  action = revision === 1 ? "created" : "modified",
): JournalRow => ({
  kind,
  id,
  revision,
  timestamp: 1_000 * revision,
  action,
  path: action === "modified" ? "/attributes/a" : "/",
  value: action === "deleted" ? null : "{}",
  headers: null,
  metadata: null,
});

export const indexed = (
  id: string,
  revision: number,
  document: JsonObject = {},
  policyId = id,
): ThingRow => ({
  id,
  revision,
  policyId,
  thing: JSON.stringify({ thingId: id, ...document }),
  keys: keysOf(document),
});

export function append(journal: Journal, ...rows: readonly JournalRow[]): Promise<unknown> {
  return Promise.all(
    rows.map(
      (row) =>
        new Promise<void>((resolve, reject) =>
          journal.append([row], (error) => (error ? reject(error) : resolve())),
        ),
    ),
  );
}
