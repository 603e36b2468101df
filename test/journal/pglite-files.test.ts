import { fdatasyncSync } from "node:fs";
import { PGlite } from "@electric-sql/pglite";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { SyncedFiles } from "../../src/journal/pglite-files.ts";
import { embedded, type Storage } from "./storages.ts";

vi.mock("node:fs", async (original) => {
  const fs = await original<typeof import("node:fs")>();
  return { ...fs, fdatasyncSync: vi.fn(fs.fdatasyncSync) };
});

describe("the embedded database's files", () => {
  const synced = vi.mocked(fdatasyncSync);
  const segment = vi.fn();
  let storage: Storage;
  let pglite: PGlite;
  beforeAll(async () => {
    storage = await embedded();
    pglite = await PGlite.create({
      fs: new SyncedFiles(storage.options.dataDir, { segment, syncFailed: vi.fn(), aborted: vi.fn() }),
      startParams: [
        ...PGlite.defaultStartParams.filter((parameter) => parameter !== "-F"),
        ...["-c", "wal_sync_method=fsync"],
      ],
    });
    await pglite.exec("create table noted (text text)");
  });
  afterAll(async () => {
    await pglite?.close();
    await storage?.[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    synced.mockClear();
    segment.mockClear();
  });

  test("are synced once by each commit, before it is told", async () => {
    await pglite.exec("insert into noted values ('one')");
    expect(synced).toHaveBeenCalledTimes(1);

    await pglite.exec("insert into noted values ('two')");
    expect(synced).toHaveBeenCalledTimes(2);
  });

  test("are left alone by reads", async () => {
    await pglite.query("select * from noted");
    synced.mockClear();

    await pglite.query("select * from noted");

    expect(synced).not.toHaveBeenCalled();
  });

  test("are all synced by a checkpoint", async () => {
    await pglite.exec("insert into noted select repeat('x', 1000) from generate_series(1, 1000)");
    synced.mockClear();

    await pglite.exec("checkpoint");

    expect(synced.mock.calls.length).toBeGreaterThan(3);
  });

  test("tell of each new segment of the log", async () => {
    // 24 MB that do not compress.
    const texts = "select string_agg(md5(i || '-' || j), '')";
    const series = "generate_series(1, 12500) as i, generate_series(1, 60) as j";
    await pglite.exec(`insert into noted ${texts} from ${series} group by i`);

    const names = segment.mock.calls.map(([name]) => String(name));
    expect(names.length).toBeGreaterThan(0);
    expect(names).toEqual(names.toSorted());
  });
});
