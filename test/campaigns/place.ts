// Where a server keeps its data, apart from the server itself: one can die there and another start on what it left.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StorageOptions } from "../../src/journal/open.ts";
import { startPostgres } from "../support/postgres.ts";
import { startServer, type TestServer } from "../support/server.ts";

/** Whoever has just killed a server may share a slow machine with others. */
const READY_WITHIN_MS = 120_000;

export type StorageKind = "pglite" | "postgres";

export interface Place extends AsyncDisposable {
  readonly kind: StorageKind;
  /** Starts a server on the data of this place; one at a time. */
  start(env?: Readonly<Record<string, string>>): Promise<TestServer>;
  /** Where a server here keeps its data. */
  readonly storage: StorageOptions;
}

/** A PostgreSQL of its own, which can be stopped and started, holding places. */
export type Postgres = Awaited<ReturnType<typeof startPostgres>>;

/** A new, empty place. A PostgreSQL given is used, else one is started and lives as long as the place. */
export async function newPlace(kind: StorageKind, postgres?: Postgres): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), "pollux-place-"));
  const removeFolder = () => rm(folder, { recursive: true, force: true });
  if (kind === "pglite") {
    return {
      kind,
      storage: { dataDir: folder },
      start: (env = {}) => startServer({ dataDir: folder, env, readyWithinMs: READY_WITHIN_MS }),
      [Symbol.asyncDispose]: removeFolder,
    };
  }
  const own = postgres ? undefined : await startPostgres();
  const url = await (postgres ?? (own as Postgres)).createDatabase(`place_${process.pid}_${++places}`);
  return {
    kind,
    storage: { dataDir: folder, databaseUrl: url },
    start: (env = {}) =>
      startServer({ databaseUrl: url, dataDir: folder, env, readyWithinMs: READY_WITHIN_MS }),
    [Symbol.asyncDispose]: async () => {
      await own?.[Symbol.asyncDispose]();
      await removeFolder();
    },
  };
}

let places = 0;
