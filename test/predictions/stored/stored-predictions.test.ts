// What predictors keep beside the journal, on both storages.

import { createHash } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { type Database, DatabaseError, type Query } from "../../../src/journal/database.ts";
import { JournalUnavailable } from "../../../src/journal/journal.ts";
import { openDatabase } from "../../../src/journal/open.ts";
import type { ModelFile } from "../../../src/predictions/predictors-api.ts";
import type { PredictorStore } from "../../../src/predictions/stored/predictor-store.ts";
import { storedPredictions } from "../../../src/predictions/stored/stored-predictions.ts";
import { type Storage, storages } from "../../journal/storages.ts";
import { byThing, state } from "./states.ts";
import { useDatabase } from "./use-database.ts";

const fileOf = (version: string, content: Uint8Array): ModelFile => ({
  version,
  bytes: content.length,
  checksum: createHash("sha256").update(content).digest("hex"),
  created: 1_000,
});

/** Bytes that differ from place to place. */
const content = (length: number, seed = 1): Buffer =>
  Buffer.from(Array.from({ length }, (_, i) => (i * 31 + (i >> 8) * seed) & 255));

async function putFile(
  store: PredictorStore,
  id: string,
  file: ModelFile,
  content: readonly Uint8Array[],
): Promise<void> {
  const upload = await store.beginUpload(id);
  try {
    for (const chunk of content) await upload.add(chunk);
    await upload.end();
    await store.nameUpload(id, upload.ticket, file);
  } catch (error) {
    await upload.drop();
    throw error;
  }
}

async function read(store: PredictorStore, id: string, version: string): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of store.readFile(id, version)) parts.push(part);
  return Buffer.concat(parts);
}

/** The database, of which statements fail that a pattern fits. */
const failingAt = (database: Database, pattern: RegExp): Database => {
  const failing =
    (query: Query): Query =>
    (text, parameters) =>
      pattern.test(text) ? Promise.reject(new DatabaseError("gone", undefined)) : query(text, parameters);
  return { ...database, query: failing(database.query), background: failing(database.background) };
};

describe.each(storages)("what predictors keep on $name", ({ openStorage }) => {
  let database: Database;
  let store: PredictorStore;
  useDatabase(openStorage, (opened) => {
    database = opened;
    store = storedPredictions(database);
  });
  const partsLeft = async () => {
    const [row] = await database.query("select count(*) as parts from predictor_file_part", []);
    return Number(row?.parts);
  };

  beforeEach(async () => {
    for (const table of ["file", "file_part", "state", "baseline", "active"])
      await database.query(`delete from predictor_${table}`, []);
    await database.query("delete from snapshot", []);
    await database.query("delete from journal", []);
  });

  describe("files", () => {
    test("come back byte by byte, however their content was cut, and are listed by version", async () => {
      const large = content(700_001);
      await putFile(store, "p", fileOf("v2", large), [
        large.subarray(0, 10),
        large.subarray(10, 600_000),
        large.subarray(600_000),
      ]);
      await putFile(store, "p", fileOf("v1", content(3)), [content(1), content(3).subarray(1)]);
      await putFile(store, "other", fileOf("v9", content(1)), [content(1)]);

      expect(await store.files("p")).toEqual([fileOf("v1", content(3)), fileOf("v2", large)]);
      expect((await read(store, "p", "v2")).equals(large)).toBe(true);
      expect(await read(store, "p", "v1")).toEqual(content(3));
    });

    test("an empty file is one", async () => {
      await putFile(store, "p", fileOf("v1", content(0)), []);

      expect(await store.files("p")).toEqual([fileOf("v1", content(0))]);
      expect(await read(store, "p", "v1")).toEqual(content(0));
    });

    test("that are replaced leave nothing behind", async () => {
      await putFile(store, "p", fileOf("v", content(600_000)), [content(600_000)]);
      await putFile(store, "p", fileOf("v", content(9, 2)), [content(9, 2)]);

      expect(await store.files("p")).toEqual([fileOf("v", content(9, 2))]);
      expect(await read(store, "p", "v")).toEqual(content(9, 2));
      expect(await partsLeft()).toBe(1);
    });

    test.each(["insert into predictor_file_part", "insert into predictor_file \\("])(
      "stay as they were when the database fails at '%s'",
      async (statement) => {
        await putFile(store, "p", fileOf("v", content(5)), [content(5)]);
        const failing = storedPredictions(failingAt(database, new RegExp(statement)));

        await expect(putFile(failing, "p", fileOf("v", content(9)), [content(9)])).rejects.toThrow(
          JournalUnavailable,
        );

        expect(await store.files("p")).toEqual([fileOf("v", content(5))]);
        expect(await read(store, "p", "v")).toEqual(content(5));
        expect(await partsLeft()).toBe(1);
      },
    );

    test("what a crash left of an upload goes with a later one", async () => {
      await putFile(store, "p", fileOf("v", content(5)), [content(5)]);
      const leave = (upload: string, created: number) =>
        database.query("insert into predictor_file_part values ('p', $1, 0, '', $2::bigint)", [
          upload,
          created,
        ]);
      await leave("left behind", Date.now() - 2 * 3_600_000);
      await leave("being written", Date.now());

      await putFile(store, "p", fileOf("w", content(5)), [content(5)]);

      const rows = await database.query("select upload from predictor_file_part", []);
      expect(rows).toHaveLength(3);
      expect(rows.map(({ upload }) => upload)).not.toContain("left behind");
      expect(await read(store, "p", "v")).toEqual(content(5));
    });

    test("an upload can be read as soon as it has ended, and is no file before it has a name", async () => {
      const upload = await store.beginUpload("p");
      await upload.add(content(300_000));
      await upload.end();
      const parts: Uint8Array[] = [];
      for await (const part of upload.read()) parts.push(part);

      expect(Buffer.concat(parts).equals(content(300_000))).toBe(true);
      expect(await store.openFile("p", "v")).toBeUndefined();
      await upload.drop();
      expect(await partsLeft()).toBe(0);
    });

    test("an upload of which parts went with a predictor that was forgotten becomes no file", async () => {
      await putFile(store, "p", fileOf("v", content(5)), [content(5)]);
      const upload = await store.beginUpload("p");
      await upload.add(content(300_000));
      await store.forget("p");
      await upload.end();

      await expect(store.nameUpload("p", upload.ticket, fileOf("v", content(300_000)))).rejects.toThrow(
        JournalUnavailable,
      );
      await upload.drop();

      expect(await store.files("p")).toEqual([]);
      expect(await partsLeft()).toBe(0);
    });

    test("one that still grows is not taken for one that was left behind", async () => {
      const add = (number: number, created: number) =>
        database.query("insert into predictor_file_part values ('p', 'slow', $1::int, '', $2::bigint)", [
          number,
          created,
        ]);
      await add(0, Date.now() - 2 * 3_600_000);
      await add(1, Date.now() - 1_000);

      await (await store.beginUpload("p")).end();

      expect(await partsLeft()).toBe(2);
    });

    test("an opened file has the size and the bytes of one moment", async () => {
      await putFile(store, "p", fileOf("v", content(5)), [content(5)]);
      const opened = await store.openFile("p", "v");
      await putFile(store, "p", fileOf("v", content(9, 2)), [content(9, 2)]);

      expect(opened?.file).toEqual(fileOf("v", content(5)));
      await expect(opened?.content[Symbol.asyncIterator]().next()).rejects.toThrow("another one by now");
    });

    test("one that is replaced while it is read ends with an error, never with bytes of both", async () => {
      await putFile(store, "p", fileOf("v", content(600_000)), [content(600_000)]);
      const reading = store.readFile("p", "v")[Symbol.asyncIterator]();
      await reading.next();

      await putFile(store, "p", fileOf("v", content(600_000, 2)), [content(600_000, 2)]);

      await expect(reading.next()).rejects.toThrow("another one by now");
    });

    test("that are deleted are gone with all their parts, and what is not there cannot be read", async () => {
      await putFile(store, "p", fileOf("v", content(600_000)), [content(600_000)]);

      await store.deleteFile("p", "v");
      await store.deleteFile("p", "never");

      expect(await store.files("p")).toEqual([]);
      expect(await partsLeft()).toBe(0);
      await expect(read(store, "p", "v")).rejects.toThrow("no longer there");
    });
  });

  describe("states", () => {
    test("are those of the things asked for, of one predictor", async () => {
      await store.putStates("p", [state("n:a", 1), state("n:b", 2, "f", '{"text":"\\u0001 \\u0000"}')]);
      await store.putStates("q", [state("n:a", 9)]);

      expect(byThing(await store.states("p", ["n:b", "n:a", "n:c"]))).toEqual([
        ["n:a", 1, '{"n":1}'],
        ["n:b", 2, '{"text":"\\u0001 \\u0000"}'],
      ]);
      expect(await store.states("p", [])).toEqual([]);
      expect(await store.states("p", ["n:b"])).toEqual([state("n:b", 2, "f", '{"text":"\\u0001 \\u0000"}')]);
    });

    test("the last one that is put counts, whatever its revision", async () => {
      await store.putStates("p", [state("n:a", 5), state("n:b", 5)]);
      await store.putStates("p", [state("n:a", 4), state("n:b", 6, "another")]);

      expect(await store.states("p", ["n:a"])).toEqual([state("n:a", 4)]);
      expect(await store.states("p", ["n:b"])).toEqual([state("n:b", 6, "another")]);
    });

    test("of a thing that is given twice the newer counts, and batches may be long", async () => {
      const many = Array.from({ length: 1_201 }, (_, i) => state(`n:t${i}`, 1));
      await store.putStates("p", [state("n:t0", 3), state("n:t0", 2), ...many]);

      expect(byThing(await store.states("p", ["n:t0", "n:t1200"]))).toEqual([
        ["n:t0", 3, '{"n":3}'],
        ["n:t1200", 1, '{"n":1}'],
      ]);
    });
  });

  test("baselines are kept by version, replaced, and deleted one by one or all", async () => {
    await store.putBaseline("p", "v1", "1");
    await store.putBaseline("p", "v1", "2");
    await store.putBaseline("p", "v2", "3");
    await store.putBaseline("p", "v3", "4");
    await store.putBaseline("q", "v1", "5");
    expect(await store.baselines("p")).toEqual(
      new Map([
        ["v1", "2"],
        ["v2", "3"],
        ["v3", "4"],
      ]),
    );

    await store.deleteBaseline("p", "v2");
    expect([...(await store.baselines("p")).keys()].sort()).toEqual(["v1", "v3"]);

    await store.deleteBaseline("p");
    expect(await store.baselines("p")).toEqual(new Map());
    expect((await store.baselines("q")).size).toBe(1);
  });

  test("since when a predictor is active is what was put last", async () => {
    expect(await store.activeSince("p")).toBeUndefined();

    await store.putActiveSince("p", 1_795_000_000_000);
    await store.putActiveSince("q", 5);
    await store.putActiveSince("p", 1_795_000_000_001);
    expect(await store.activeSince("p")).toBe(1_795_000_000_001);

    await store.putActiveSince("p", undefined);
    expect([await store.activeSince("p"), await store.activeSince("q")]).toEqual([undefined, 5]);
  });

  test("a predictor that is forgotten leaves nothing, and the others stay", async () => {
    const keep = async (id: string, things: number) => {
      await putFile(store, id, fileOf("v", content(600_000)), [content(600_000)]);
      await store.putBaseline(id, "v", "1");
      await store.putActiveSince(id, 1);
      await store.putStates(
        id,
        Array.from({ length: things }, (_, i) => state(`n:t${i}`, 1)),
      );
    };
    await keep("gone", 4_500);
    await keep("there", 3);
    expect([...(await store.predictorIds())].sort()).toEqual(["gone", "there"]);

    await store.forget("gone");

    expect(await store.predictorIds()).toEqual(["there"]);
    expect(await store.activeSince("gone")).toBeUndefined();
    expect(await store.files("gone")).toEqual([]);
    expect(await store.states("gone", ["n:t4499"])).toEqual([]);
    expect(await partsLeft()).toBe(3);
    expect((await read(store, "there", "v")).length).toBe(600_000);
  });

  test("a database that does not answer is told as a journal that is unavailable", async () => {
    const away = storedPredictions(failingAt(database, /./));

    await expect(away.files("p")).rejects.toThrow(JournalUnavailable);
    await expect(away.putStates("p", [state("n:a", 1)])).rejects.toThrow(JournalUnavailable);
    await expect(away.behind("p", undefined, 0, "", 1)).rejects.toThrow(JournalUnavailable);
    await expect(read(away, "p", "v")).rejects.toThrow(JournalUnavailable);
    await expect(away.forget("p")).rejects.toThrow(JournalUnavailable);
  });
});

test("files, states and baselines are there after the server was started anew", async () => {
  await using storage: Storage = await (storages[0] as (typeof storages)[number]).openStorage();
  const first = await openDatabase(storage.options);
  await putFile(storedPredictions(first), "p", fileOf("v", content(300_000)), [content(300_000)]);
  await storedPredictions(first).putStates("p", [state("n:a", 3)]);
  await first.close();

  const second = await openDatabase(storage.options);
  const store = storedPredictions(second);

  expect((await read(store, "p", "v")).equals(content(300_000))).toBe(true);
  expect(await store.states("p", ["n:a"])).toEqual([state("n:a", 3)]);
  await second.close();
});
