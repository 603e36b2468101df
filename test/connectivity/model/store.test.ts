// Connections in the journal: commands, conditions, history, starts and a faulty database.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { TwinError } from "../../../src/base/errors.ts";
import { connectionReplay } from "../../../src/connectivity/apply.ts";
import type { ConnectionStore } from "../../../src/connectivity/connection-store.ts";
import { connectionInvalid } from "../../../src/connectivity/errors.ts";
import { printConnection } from "../../../src/connectivity/print.ts";
import { openVault, type Vault } from "../../../src/connectivity/secrets/vault.ts";
import { openConnectionStore, type StoreParts } from "../../../src/connectivity/store.ts";
import { cleanUp } from "../../../src/dispatch/history/retention.ts";
import { type Journal, JournalUnavailable } from "../../../src/journal/journal.ts";
import { type Storage as OpenStorage, openStorage } from "../../../src/journal/open.ts";
import { SECRET_POINTERS } from "../../../src/ops/connection-secrets.ts";
import type { DittoHeaders } from "../../../src/signals/signal.ts";
import { embedded, type Storage } from "../../journal/storages.ts";
import { worldOn } from "../../support/dispatch.ts";
import { HeldJournal } from "../../support/journal.ts";
import { commanding, connectionOf, jsonOf, writing } from "./connections.ts";

const clear: Vault = openVault({
  enabled: false,
  key: undefined,
  oldKey: undefined,
  pointers: SECRET_POINTERS,
});
const key = Buffer.alloc(32, 7);
const sealing = openVault({ enabled: true, key, oldKey: undefined, pointers: SECRET_POINTERS });

interface World {
  readonly store: ConnectionStore;
  /** What the listener was told. */
  readonly told: string[];
  readonly warnings: string[];
}

async function open(journal: Journal, parts: Partial<StoreParts> = {}): Promise<World> {
  const told: string[] = [];
  const warnings: string[] = [];
  const store = await openConnectionStore({
    journal,
    vault: clear,
    historicalHeaders: ["ditto-originator"],
    validate: () => undefined,
    onChange: (connection, id, what) => {
      told.push(`${id} ${what} ${connection?.connectionStatus ?? "gone"}`);
    },
    log: { warn: (_fact, message) => warnings.push(message) },
    ...parts,
  });
  return { store, told, warnings };
}

const read = (store: ConnectionStore, headers: DittoHeaders = {}, id = "bridge") =>
  store.retrieve({ id, headers, auth: { subjects: ["nginx:devops"] } });

const refusalOf = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof TwinError) return `${error.status} ${error.code}`;
  throw error ?? new Error("it was accepted");
};

describe("on a journal that answers at once", () => {
  let world: World;
  beforeEach(async () => {
    world = await open(new HeldJournal({ flowing: true }));
  });

  test("a connection is created, modified, closed, opened and deleted, each a revision", async () => {
    const { store, told } = world;

    const created = await store.execute(writing("create"));
    expect(created).toEqual({ status: 201, revision: 1, value: printConnection(connectionOf()) });
    expect(await store.execute(writing("put", { name: "new" }))).toEqual({ status: 204, revision: 2 });
    expect(await store.execute(commanding("close"))).toEqual({ status: 204, revision: 3 });
    expect(store.get("bridge")).toMatchObject({
      connection: { name: "new", connectionStatus: "closed" },
      revision: 3,
    });
    expect(await store.execute(commanding("open"))).toEqual({ status: 204, revision: 4 });
    expect(await store.execute(commanding("delete"))).toEqual({ status: 204, revision: 5 });
    expect(store.get("bridge")).toBeUndefined();
    expect(await refusalOf(read(store))).toBe("404 connectivity:connection.notfound");
    expect(told).toEqual([
      "bridge created open",
      "bridge modified open",
      "bridge closed closed",
      "bridge opened open",
      "bridge deleted gone",
    ]);
  });

  test("a connection that is deleted and created again goes on with its revisions", async () => {
    const { store } = world;
    await store.execute(writing("create"));
    await store.execute(commanding("delete"));

    expect(await store.execute(writing("put"))).toMatchObject({ status: 201, revision: 3 });
  });

  test.each(["open", "close", "delete"] as const)("%s needs a connection", async (action) => {
    const refusal = await refusalOf(world.store.execute(commanding(action)));

    expect(refusal).toBe("404 connectivity:connection.notfound");
  });

  test("put creates what is not there and modifies what is, create conflicts with it", async () => {
    const { store } = world;

    expect(await store.execute(writing("put"))).toMatchObject({ status: 201 });
    expect(await store.execute(writing("put"))).toMatchObject({ status: 204, revision: 2 });
    expect(await refusalOf(store.execute(writing("create")))).toBe("409 connectivity:connection.conflict");
  });

  test("the type of a connection stays", async () => {
    const { store } = world;
    await store.execute(writing("create"));

    const command = writing("put", { connectionType: "mqtt-5" });
    expect(await refusalOf(store.execute(command))).toBe("400 connectivity:connection.configuration.invalid");
  });

  test("If-Match and If-None-Match look at the revision", async () => {
    const { store } = world;
    await store.execute(writing("create"));
    const failed = "412 connectivity:precondition.failed";

    expect(await refusalOf(store.execute(writing("put", {}, { "if-match": '"rev:2"' })))).toBe(failed);
    expect(await refusalOf(store.execute(writing("put", {}, { "if-none-match": "*" })))).toBe(failed);
    expect(await refusalOf(store.execute(commanding("delete", "bridge", { "if-match": '"rev:9"' })))).toBe(
      failed,
    );
    expect(await refusalOf(store.execute(writing("put", { id: "other" }, { "if-match": "*" })))).toBe(failed);
    expect(await store.execute(writing("put", {}, { "if-match": '"rev:1"' }))).toMatchObject({ revision: 2 });
    expect(await read(store, { "if-none-match": '"rev:2"' })).toEqual({
      status: 304,
      revision: 2,
      etag: '"rev:2"',
    });
    expect(await read(store, { "if-none-match": '"rev:1"' })).toMatchObject({ status: 200, etag: '"rev:2"' });
  });

  test("a modify that would change nothing can be skipped", async () => {
    const { store } = world;
    await store.execute(writing("create"));
    const skip = { "if-equal": "skip" };

    expect(await refusalOf(store.execute(writing("put", {}, skip)))).toBe(
      "412 connectivity:precondition.failed",
    );
    expect(await store.execute(writing("put", { name: "new" }, skip))).toMatchObject({ revision: 2 });
  });

  test("fields can be selected, those that are not told otherwise too", async () => {
    const { store } = world;
    await store.execute(writing("create"));

    const reply = await store.retrieve({
      id: "bridge",
      headers: {},
      auth: { subjects: [] },
      fields: [["uri"], ["_revision"]],
    });

    expect(reply.value).toEqual({ uri: "tcp://user:secret@broker.example.org:1883", _revision: 1 });
  });

  test("all connections are listed by their IDs", async () => {
    const { store } = world;
    for (const id of ["b", "a", "B"]) await store.execute(writing("create", { id }));
    await store.execute(commanding("delete", "a"));

    expect(store.connections().map(({ connection }) => connection.id)).toEqual(["B", "b"]);
  });

  test("commands of one connection run one after another", async () => {
    const { store } = world;
    await store.execute(writing("create"));
    const names = ["a", "b", "c", "d"];

    const replies = await Promise.all(names.map((name) => store.execute(writing("put", { name }))));

    expect(replies.map(({ revision }) => revision)).toEqual([2, 3, 4, 5]);
    expect(store.get("bridge")?.connection.name).toBe("d");
  });

  test("a store that is closed takes no commands", async () => {
    await world.store.close();

    expect(await refusalOf(world.store.execute(writing("create")))).toBe(
      "503 connectivity:connection.unavailable",
    );
  });
});

describe("what others refuse", () => {
  const refuse = () => {
    throw connectionInvalid("/x", "No.");
  };

  test("what is not valid is not recorded, be it written or opened", async () => {
    const journal = new HeldJournal({ flowing: true });
    let isValid = true;
    const { store } = await open(journal, { validate: () => (isValid ? undefined : refuse()) });
    await store.execute(writing("create", { connectionStatus: "closed" }));
    isValid = false;
    const invalid = "400 connectivity:connection.configuration.invalid";

    expect(await refusalOf(store.execute(writing("put")))).toBe(invalid);
    expect(await refusalOf(store.execute(commanding("open")))).toBe(invalid);
    expect(await store.execute(commanding("close"))).toMatchObject({ revision: 2 });
    expect(journal.appends).toHaveLength(2);
  });

  test("a connection that cannot be opened is told so, but not to who creates it; all of it is recorded", async () => {
    const { store, warnings } = await open(new HeldJournal({ flowing: true }), { onChange: refuse });

    expect(await store.execute(writing("create"))).toMatchObject({ status: 201 });
    expect(await refusalOf(store.execute(commanding("open")))).toBe(
      "400 connectivity:connection.configuration.invalid",
    );
    expect(store.get("bridge")?.revision).toBe(2);
    expect(warnings).toEqual(["a new connection could not be opened"]);
  });

  test("a connection that takes long to open holds up no other command", async () => {
    const opening = Promise.withResolvers<void>();
    const { store } = await open(new HeldJournal({ flowing: true }), {
      onChange: (_connection, _id, what) => (what === "opened" ? opening.promise : undefined),
    });
    await store.execute(writing("create"));

    const opened = store.execute(commanding("open"));
    expect(await store.execute(commanding("close"))).toMatchObject({ revision: 3 });
    opening.resolve();
    expect(await opened).toMatchObject({ revision: 2 });
  });
});

describe("while the database is away", () => {
  test("a command is answered with 503, and changes nothing unless its event was written", async () => {
    const journal = new HeldJournal({ flowing: true });
    const { store, told } = await open(journal);
    await store.execute(writing("create"));
    journal.flowing = false;

    const failing = store.execute(writing("put", { name: "lost" }));
    await expect.poll(() => journal.pending).toBe(1);
    journal.fail();

    expect(await refusalOf(failing)).toBe("503 connectivity:connection.unavailable");
    journal.flowing = true;
    expect(await store.execute(writing("put", { name: "kept" }))).toMatchObject({ revision: 2 });
    expect(told).toEqual(["bridge created open", "bridge modified open"]);
  });

  test("an event that was written although that was not told is found out, and told", async () => {
    const journal = new HeldJournal({ flowing: true });
    const { store, told } = await open(journal);
    await store.execute(writing("create"));
    journal.flowing = false;

    const failing = store.execute(commanding("close"));
    await expect.poll(() => journal.pending).toBe(1);
    const row = journal.appends.at(-1)?.[0];
    journal.fail();
    expect(await refusalOf(failing)).toBe("503 connectivity:connection.unavailable");
    // As when the database was lost between the commit and its answer.
    if (row) journal.append([row], () => undefined);
    journal.commitAll();

    await expect.poll(() => store.get("bridge")?.revision, { timeout: 3_000 }).toBe(2);
    expect(store.get("bridge")?.connection.connectionStatus).toBe("closed");
    expect(told.at(-1)).toBe("bridge modified closed");
  });

  test("a start fails", async () => {
    const journal = new HeldJournal();
    journal.listIds = () => Promise.reject(new JournalUnavailable("away"));

    await expect(open(journal)).rejects.toThrow(JournalUnavailable);
  });
});

describe("in a database", () => {
  let storage: Storage;
  let opened: OpenStorage;
  let journal: Journal;
  beforeAll(async () => {
    storage = await embedded();
    opened = await openStorage(storage.options);
    journal = opened.journal;
  });
  beforeEach(async () => {
    await opened.database.query("truncate journal, snapshot, kept_snapshot", []);
  });
  afterAll(async () => {
    await journal.close();
    await storage[Symbol.asyncDispose]();
  });

  test("connections survive a restart, the deleted ones as deleted", async () => {
    const before = await open(journal, { vault: sealing });
    await before.store.execute(writing("create", { id: "one" }));
    await before.store.execute(commanding("close", "one"));
    await before.store.execute(writing("create", { id: "two" }));
    // So many that the newest state is in a snapshot and a tail.
    for (let n = 1; n <= 25; n++) await before.store.execute(writing("put", { id: "two", name: `n${n}` }));
    await before.store.execute(writing("create", { id: "gone" }));
    await before.store.execute(commanding("delete", "gone"));
    await journal.close();
    opened = await openStorage(storage.options);
    journal = opened.journal;

    const after = await open(journal, { vault: sealing });

    expect(after.store.connections()).toEqual(before.store.connections());
    expect(after.store.connections().map(({ revision }) => revision)).toEqual([2, 26]);
    expect(after.told).toEqual([]);
    expect(await after.store.execute(writing("create", { id: "gone" }))).toMatchObject({ revision: 3 });
  });

  test("a deletion that was killed before its snapshot is one at the next start", async () => {
    const before = await open({
      ...journal,
      storeSnapshots: () => Promise.reject(new JournalUnavailable("killed")),
    });
    await before.store.execute(writing("create"));
    expect(await before.store.execute(commanding("delete"))).toMatchObject({ status: 204 });
    expect(await journal.listIds("connection", "", 10)).toEqual(["bridge"]);

    const after = await open(journal);

    expect(after.store.connections()).toEqual([]);
    expect(await journal.listIds("connection", "", 10)).toEqual([]);
  });

  test("the past can be read, with what is kept of who did it", async () => {
    const { store } = await open(journal, { vault: sealing });
    await store.execute(writing("create"));
    await store.execute(writing("put", { name: "second" }));
    await store.execute(commanding("close"));

    const past = await read(store, { "at-historical-revision": 2 });

    expect(past).toMatchObject({
      status: 200,
      revision: 1,
      value: printConnection(connectionOf({ name: "second" })),
      headers: { "historical-headers": { "ditto-originator": "nginx:devops", "entity-revision": 2 } },
    });
    expect(await read(store, { "at-historical-revision": 3 })).toMatchObject({ revision: 3 });
    expect(await refusalOf(read(store, { "at-historical-revision": 4 }))).toBe(
      "404 connectivity:connection.history.notfound",
    );
    expect(await refusalOf(read(store, { "at-historical-timestamp": 1 }))).toBe(
      "404 connectivity:connection.history.notfound",
    );
    const now = await read(store, { "at-historical-timestamp": Date.now() });
    expect(now.value).toMatchObject({ connectionStatus: "closed" });
  });

  test("the clean-up of history takes old events of connections, and leaves what is needed", async () => {
    const { store } = await open(journal, { vault: sealing });
    await store.execute(writing("create"));
    for (let n = 1; n <= 14; n++) await store.execute(writing("put", { name: `n${n}` }));
    const { things, policies } = worldOn(journal);
    const rules = { thing: things.rules, policy: policies.rules, connection: connectionReplay };
    // With an edge in three days, what was just recorded is old.
    const settings = { cleanupEnabled: true, historyRetention: -3 * 86_400_000, cleanupQuietPeriod: 1 };
    const log = { info: () => undefined, warn: () => undefined };

    expect(await cleanUp({ journal, rules, settings, log }, () => Promise.resolve())).toBeGreaterThan(9);

    expect((await open(journal, { vault: sealing })).store.connections()).toEqual(store.connections());
    expect(await refusalOf(read(store, { "at-historical-revision": 2 }))).toBe(
      "404 connectivity:connection.history.notfound",
    );
  });

  test("secrets are nowhere in rows and snapshots, and come back in clear", async () => {
    const { store } = await open(journal, { vault: sealing });
    await store.execute(writing("create"));
    for (let n = 1; n <= 12; n++) await store.execute(writing("put", { name: `n${n}` }));

    const recorded = await journal.loadAt("connection", "bridge", { revision: 13 }, 100);
    const rows = await journal.readEvents("connection", "bridge", 1, 100, 100);

    expect(recorded.snapshot?.revision).toBe(11);
    expect(JSON.stringify([recorded, rows])).not.toContain("secret");
    expect(JSON.stringify(rows)).toContain("tcp://user:encrypted_");
    expect((await read(store)).value).toMatchObject({ uri: jsonOf().uri as string });
  });

  test("a connection whose key is lost cannot be read or opened, but replaced and deleted", async () => {
    const { store: before } = await open(journal, { vault: sealing });
    for (const id of ["one", "two"]) await before.execute(writing("create", { id }));
    const other = { enabled: true, key: Buffer.alloc(32, 8), oldKey: undefined, pointers: SECRET_POINTERS };

    const { store, warnings } = await open(journal, { vault: openVault(other) });

    expect(warnings).toEqual(["a connection cannot be read", "a connection cannot be read"]);
    expect(store.connections()).toEqual([]);
    const invalid = "400 connectivity:connection.configuration.invalid";
    expect(await refusalOf(read(store, {}, "one"))).toBe(invalid);
    expect(await refusalOf(store.execute(commanding("open", "one")))).toBe(invalid);
    expect(await store.execute(writing("put", { id: "one" }))).toEqual({ status: 204, revision: 2 });
    expect(await read(store, {}, "one")).toMatchObject({ status: 200 });
    expect(await store.execute(commanding("delete", "two"))).toEqual({ status: 204, revision: 2 });
  });
});
