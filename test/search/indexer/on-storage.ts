// A journal and a database of a storage, on which one indexed world after another begins.

import { afterAll, afterEach, beforeAll, expect, vi } from "vitest";
import type { Database } from "../../../src/journal/database.ts";
import type { Journal } from "../../../src/journal/journal.ts";
import { openStorage as open } from "../../../src/journal/open.ts";
import type { Storage, storages } from "../../journal/storages.ts";
import { type IndexedWorld, indexedWorld } from "./world.ts";

type Options = Parameters<typeof indexedWorld> extends [unknown, unknown, ...infer Rest] ? Rest : never;

/** Opens the storage for the tests of a block; each stops the world that it started. */
export function onStorage(openStorage: (typeof storages)[number]["openStorage"]) {
  let storage: Storage;
  let journal: Journal;
  let database: Database;
  let world: IndexedWorld | undefined;
  let count = 0;

  beforeAll(async () => {
    storage = await openStorage();
    ({ journal, database } = await open(storage.options));
    // The first start builds the index, which the tests are not about; one that is stopped before it has leaves that to the next.
    await vi.waitFor(async () => expect(await markAfterStart()).toMatch(/^clean/), { timeout: 30_000 });
  });
  afterEach(async () => {
    await world?.indexer.stop();
    world = undefined;
  });
  afterAll(async () => {
    await journal?.close();
    await storage?.[Symbol.asyncDispose]();
  });

  async function markAfterStart(): Promise<string> {
    const { indexer, store } = indexedWorld(journal, database);
    await vi.waitFor(() => expect(indexer.stats().lastCheck).toBeDefined(), { timeout: 20_000 });
    await indexer.settled();
    await indexer.stop();
    return store.state("index", () => "");
  }

  return {
    get journal() {
      return journal;
    },
    get database() {
      return database;
    },
    start(...options: Options): IndexedWorld {
      world = indexedWorld(journal, database, ...options);
      return world;
    },
    freshId: (name: string) => `org.acme:${name}-${++count}`,
  };
}
