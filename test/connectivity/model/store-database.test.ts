// Connections in a database: starts, history, its clean-up, secrets.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { printConnection } from "../../../src/connectivity/print.ts";
import { openVault } from "../../../src/connectivity/secrets/vault.ts";
import { documentReplay } from "../../../src/dispatch/documents/apply-document.ts";
import { cleanUp } from "../../../src/dispatch/history/retention.ts";
import { type Journal, JournalUnavailable } from "../../../src/journal/journal.ts";
import { type Storage as OpenStorage, openStorage } from "../../../src/journal/open.ts";
import { SECRET_POINTERS } from "../../../src/ops/connection-secrets.ts";
import { embedded, type Storage } from "../../journal/storages.ts";
import { worldOn } from "../../support/dispatch.ts";
import { commanding, connectionOf, jsonOf, writing } from "./connections.ts";
import { open, read, refusalOf, sealing } from "./store-world.ts";

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
    const rules = {
      thing: things.rules,
      policy: policies.rules,
      connection: documentReplay("connection"),
      predictor: documentReplay("predictor"),
    };
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
