// Connections in the journal: commands, conditions, refusals, a database that is away.

import { beforeEach, describe, expect, test } from "vitest";
import { connectionInvalid } from "../../../src/connectivity/errors.ts";
import { printConnection } from "../../../src/connectivity/print.ts";
import { JournalUnavailable } from "../../../src/journal/journal.ts";
import { HeldJournal } from "../../support/journal.ts";
import { commanding, connectionOf, writing } from "./connections.ts";
import { open, read, refusalOf, type World } from "./store-world.ts";

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
