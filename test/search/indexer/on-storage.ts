// A journal and a database of a storage, on which one indexed world after another begins.

import { afterAll, afterEach, beforeAll } from "vitest";
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
    // The first start builds the index, which the tests are not about.
    const { indexer } = indexedWorld(journal, database);
    await indexer.settled();
    await indexer.stop();
  });
  afterEach(async () => {
    await world?.indexer.stop();
    world = undefined;
  });
  afterAll(async () => {
    await journal?.close();
    await storage?.[Symbol.asyncDispose]();
  });

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
