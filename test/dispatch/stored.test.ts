// The dispatcher on the embedded database: what was acknowledged is there when it is opened again.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { thingList } from "../../src/dispatch/thing-list.ts";
import type { Journal } from "../../src/journal/journal.ts";
import { openJournal } from "../../src/journal/open.ts";
import { ditto, thingId, type World, worldOn } from "../support/dispatch.ts";

let dataDir: string;
let journal: Journal;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "pollux-dispatch-"));
  journal = await openJournal({ dataDir });
});
afterAll(async () => {
  await journal.close();
  await rm(dataDir, { recursive: true, force: true });
});

const reopen = async () => {
  await journal.close();
  journal = await openJournal({ dataDir });
};
const revisionOf = async ({ ask }: World, id = thingId) => {
  const reply = await ask("retrieve", "/", undefined, { id });
  return typeof reply === "string" ? reply : reply.revision;
};

test("commands sent all at once are recorded in order, without gaps, and published so", async () => {
  const world = worldOn(journal);
  await world.ask("create", "/", { attributes: { n: 0 } });

  const replies = await Promise.all(
    Array.from({ length: 300 }, (_, n) => world.ask("modify", "/attributes/n", n)),
  );

  const revisions = replies.map((reply) => (typeof reply === "string" ? reply : reply.revision));
  expect(revisions).toEqual(Array.from({ length: 300 }, (_, n) => n + 2));
  const published = world.published.filter(({ kind }) => kind === "thing").map(({ revision }) => revision);
  expect(published).toEqual(Array.from({ length: 301 }, (_, n) => n + 1));
  const rows = await journal.readEvents("thing", thingId, 1, 1000, 1000);
  expect(rows.map(({ revision }) => revision)).toEqual(published);
  expect(rows.at(-1)?.value).toBe("299");
});

test("what was acknowledged is there after the database was closed and opened, with every digit", async () => {
  const before = worldOn(journal);
  await before.ask("create", "/", {}, { id: "org.acme:kept" });
  const body = JSON.parse('{"__proto__":{"a":1},"constructor":2,"€":"\\u0000 \\ud83d\\ude00"}') as never;
  await before.ask("modify", "/attributes", body, { id: "org.acme:kept" });
  const reply = await before.ask("retrieve", "/", undefined, { id: "org.acme:kept" });

  await reopen();

  expect(await worldOn(journal).ask("retrieve", "/", undefined, { id: "org.acme:kept" })).toEqual(reply);
});

test("a stale writer is refused, and goes on from what the other wrote", async () => {
  const one = worldOn(journal);
  const other = worldOn(journal);
  await one.ask("create", "/", {}, { id: "org.acme:fenced" });
  expect(await revisionOf(other, "org.acme:fenced")).toBe(1);
  await one.ask("modify", "/attributes", { by: "one" }, { id: "org.acme:fenced" });

  const stale = await other.ask("modify", "/attributes", { by: "other" }, { id: "org.acme:fenced" });

  expect(stale).toBe("things:thing.unavailable");
  expect(other.published).toEqual([]);
  expect(await revisionOf(other, "org.acme:fenced")).toBe(2);
  expect(await other.ask("modify", "/attributes", { by: "other" }, { id: "org.acme:fenced" })).toMatchObject({
    revision: 3,
  });
});

test("things are listed also when their snapshots were never written before the end", async () => {
  const world = worldOn(journal);
  await world.ask("create", "/", {}, { id: "org.late:thing" });
  world.snapshots.thing.close();

  await reopen();

  const next = worldOn(journal);
  const list = thingList(next.dispatch, journal);
  const page = await list.page(
    { after: "", size: 200, ofNamespace: (namespace) => namespace === "org.late" },
    ditto,
  );
  expect(page.things.map((text) => JSON.parse(text).thingId)).toEqual(["org.late:thing"]);
});
