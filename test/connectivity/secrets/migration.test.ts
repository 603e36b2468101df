// Changing the encryption of what is stored.

import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { connectionTexts } from "../../../src/connectivity/secrets/connection-texts.ts";
import {
  type EncryptionMigration,
  encryptionMigration,
} from "../../../src/connectivity/secrets/migration.ts";
import { type EncryptionSettings, openVault } from "../../../src/connectivity/secrets/vault.ts";
import { openConnectionStore } from "../../../src/connectivity/store.ts";
import { type Storage as OpenStorage, openStorage } from "../../../src/journal/open.ts";
import { SECRET_POINTERS } from "../../../src/ops/connection-secrets.ts";
import { embedded, type Storage } from "../../journal/storages.ts";
import { commanding, writing } from "../model/connections.ts";

const first = Buffer.alloc(32, 1);
const second = Buffer.alloc(32, 2);
const settings = (given: Partial<EncryptionSettings>): EncryptionSettings => ({
  enabled: true,
  key: undefined,
  oldKey: undefined,
  pointers: SECRET_POINTERS,
  ...given,
});
const quiet = { info: () => undefined, warn: () => undefined };

let storage: Storage;
let opened: OpenStorage;
beforeAll(async () => {
  storage = await embedded();
  opened = await openStorage(storage.options);
});
beforeEach(async () => {
  await opened.database.query("truncate journal, snapshot, kept_snapshot", []);
});
afterAll(async () => {
  await opened.journal.close();
  await storage[Symbol.asyncDispose]();
});

/** Two connections, one of them deleted: 15 rows of the journal that set a whole one, snapshots with and without a state. */
async function fill(encryption: EncryptionSettings): Promise<void> {
  const store = await openConnectionStore({
    journal: opened.journal,
    vault: openVault(encryption),
    historicalHeaders: [],
    validate: () => undefined,
    onChange: () => undefined,
    log: quiet,
  });
  await store.execute(writing("create"));
  for (let n = 1; n <= 13; n++) await store.execute(writing("put", { name: `n${n}` }));
  await store.execute(commanding("close"));
  await store.execute(writing("create", { id: "gone" }));
  await store.execute(commanding("delete", "gone"));
}

const migrationTo = (encryption: EncryptionSettings, rowsPerMinute = 0): EncryptionMigration =>
  encryptionMigration({
    texts: connectionTexts(opened.database),
    encryption,
    batchSize: 4,
    rowsPerMinute,
    log: quiet,
  });

const isOver = async (migration: EncryptionMigration): Promise<void> => {
  await expect.poll(() => migration.status().migrationActive).toBe(false);
};

async function storedTexts(): Promise<string> {
  const texts = connectionTexts(opened.database);
  const places = ["snapshot", "kept_snapshot", "journal"] as const;
  const all = await Promise.all(places.map((place) => texts.list(place, { id: "", revision: 0 }, 1_000)));
  return JSON.stringify(all);
}

const readWith = async (encryption: EncryptionSettings): Promise<unknown> => {
  const store = await openConnectionStore({
    journal: opened.journal,
    vault: openVault(encryption),
    historicalHeaders: [],
    validate: () => undefined,
    onChange: () => undefined,
    log: quiet,
  });
  const past = { id: "bridge", headers: { "at-historical-revision": 3 }, auth: { subjects: [] } };
  return [store.get("bridge")?.connection.uri, (await store.retrieve(past)).value?.valueOf()];
};

const inClear = [
  "tcp://user:secret@broker.example.org:1883",
  expect.objectContaining({ name: "n2", uri: "tcp://user:secret@broker.example.org:1883" }),
];

test("what is in clear is encrypted, in snapshots and events, of deleted connections too", async () => {
  await fill(settings({ enabled: false }));
  const encryption = settings({ key: first });
  const migration = migrationTo(encryption);

  expect(migration.start({ dryRun: false, resume: false })).toEqual({
    type: "connectivity.responses:migrateEncryption",
    status: 202,
    phase: "started",
    dryRun: false,
    resumed: false,
    startedAt: expect.any(String),
  });
  await isOver(migration);

  expect(migration.status()).toEqual({
    type: "connectivity.responses:migrateEncryptionStatus",
    status: 200,
    phase: "completed",
    snapshots: { processed: 2, skipped: 0, failed: 0 },
    journalEvents: { processed: 15, skipped: 0, failed: 0 },
    progress: {
      lastProcessedSnapshotId: "bridge:11",
      lastProcessedSnapshotPid: "connection:bridge",
      lastProcessedJournalId: "gone:1",
      lastProcessedJournalPid: "connection:gone",
    },
    timing: { startedAt: expect.any(String), updatedAt: expect.any(String) },
    dryRun: false,
    migrationActive: false,
  });
  expect(await storedTexts()).not.toContain("secret");
  expect(await readWith(encryption)).toEqual(inClear);
});

test("a key is exchanged, and without the old one everything can be read", async () => {
  await fill(settings({ key: first }));
  const migration = migrationTo(settings({ key: second, oldKey: first }));
  migration.start({ dryRun: false, resume: false });
  await isOver(migration);

  expect(await readWith(settings({ key: second }))).toEqual(inClear);

  const again = migrationTo(settings({ key: second, oldKey: first }));
  again.start({ dryRun: false, resume: false });
  await isOver(again);
  expect(again.status()).toMatchObject({
    snapshots: { processed: 0, skipped: 2, failed: 0 },
    journalEvents: { processed: 0, skipped: 15, failed: 0 },
  });
});

test("encryption is given up", async () => {
  await fill(settings({ key: first }));
  const migration = migrationTo(settings({ enabled: false, oldKey: first }));
  migration.start({ dryRun: false, resume: false });
  await isOver(migration);

  expect(await storedTexts()).not.toContain("encrypted_");
  expect(await readWith(settings({ enabled: false }))).toEqual(inClear);
});

test("a dry run counts and changes nothing", async () => {
  await fill(settings({ enabled: false }));
  const before = await storedTexts();
  const migration = migrationTo(settings({ key: first }));

  expect(migration.start({ dryRun: true, resume: false })).toMatchObject({ dryRun: true });
  await isOver(migration);

  expect(migration.status()).toMatchObject({ dryRun: true, journalEvents: { processed: 15 } });
  expect(await storedTexts()).toBe(before);
});

test("rows of a lost key are counted, and stay", async () => {
  await fill(settings({ key: first }));
  const before = await storedTexts();
  const migration = migrationTo(settings({ key: second, oldKey: Buffer.alloc(32, 3) }));
  migration.start({ dryRun: false, resume: false });
  await isOver(migration);

  expect(migration.status()).toMatchObject({
    snapshots: { failed: 2 },
    journalEvents: { failed: 15, processed: 0 },
  });
  expect(await storedTexts()).toBe(before);
});

test("a migration is aborted between batches, and goes on where it was", async () => {
  await fill(settings({ enabled: false }));
  // At one row an hour, it rests after the only newest state there is.
  const slow = migrationTo(settings({ key: first }), 1 / 60);
  slow.start({ dryRun: false, resume: false });
  await expect.poll(() => slow.status().snapshots).toMatchObject({ processed: 1 });

  expect(() => slow.start({ dryRun: false, resume: true })).toThrow("runs already");
  expect(slow.abort()).toMatchObject({
    status: 200,
    phase: "aborted:snapshots",
    snapshots: { processed: 1 },
  });
  await isOver(slow);
  expect(slow.status()).toMatchObject({ phase: "snapshots", migrationActive: false });
  expect(() => slow.abort()).toThrow("No migration");

  expect(slow.start({ dryRun: false, resume: true })).toMatchObject({ status: 202, resumed: true });
  await expect.poll(() => slow.status().snapshots).toMatchObject({ processed: 2 });
  await slow.stop();
  expect(slow.status()).toMatchObject({ migrationActive: false });
});

test("after a restart it goes on by passing over what is done; what is completed needs no more", async () => {
  await fill(settings({ enabled: false }));
  const migration = migrationTo(settings({ key: first }));

  expect(migration.start({ dryRun: false, resume: true })).toMatchObject({ status: 202, resumed: true });
  await isOver(migration);

  expect(migration.start({ dryRun: false, resume: true })).toMatchObject({
    status: 200,
    phase: "already_completed",
  });
});

test("without encryption and an old key there is nothing to migrate", () => {
  expect(() => migrationTo(settings({ enabled: false })).start({ dryRun: false, resume: false })).toThrow(
    "nothing to migrate",
  );
});

test("a row that was changed meanwhile stays as it is", async () => {
  await fill(settings({ enabled: false }));
  const texts = connectionTexts(opened.database);
  const [row] = await texts.list("journal", { id: "", revision: 0 }, 1);
  if (!row) throw new Error("there is no row");

  expect(await texts.replace("journal", [{ ...row, before: "{}", text: '{"x":1}' }])).toBe(0);
  expect(await texts.replace("journal", [{ ...row, before: row.text, text: '{"x":1}' }])).toBe(1);
  expect(await texts.list("journal", { id: "", revision: 0 }, 1)).toEqual([{ ...row, text: '{"x":1}' }]);
});
