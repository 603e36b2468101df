// What the database committed without being able to say so: everybody is told of it all the same, once, and before anything newer.

import { expect, test } from "vitest";
import { JournalUnavailable, RevisionTaken } from "../../src/journal/journal.ts";
import { thingId, worldOn } from "../support/dispatch.ts";
import { HeldJournal } from "../support/journal.ts";
import { indexSpy } from "./index-spy.ts";

async function withLamp() {
  const journal = new HeldJournal({ flowing: true });
  const world = worldOn(journal);
  const told = indexSpy(world.parts);
  await world.ask("create", "/", { attributes: { n: 0 } });
  journal.flowing = false;
  world.published.length = 0;
  told.length = 0;
  return { ...world, journal, told };
}
const unavailable = "things:thing.unavailable";

test("who comes next finds it, and others are told of it before what is written then", async () => {
  const { ask, journal, published, told } = await withLamp();

  const unnoticed = ask("modify", "/attributes/n", 1);
  journal.commitUnnoticed();
  expect(await unnoticed).toBe(unavailable);
  expect(published).toEqual([]);
  journal.flowing = true;
  expect(await ask("modify", "/attributes/n", 2)).toMatchObject({ revision: 3 });

  expect(published).toMatchObject([
    { revision: 2, action: "modified", path: ["attributes", "n"], value: 1, headers: {} },
    { revision: 3, value: 2 },
  ]);
  expect(told).toEqual([`thing ${thingId} 2`, `thing ${thingId} 3`]);
});

test("where nobody comes, others are told of it nevertheless, and only once", async () => {
  const { ask, journal, published } = await withLamp();

  const unnoticed = ask("delete", "/");
  journal.commitUnnoticed();
  expect(await unnoticed).toBe(unavailable);

  await expect.poll(() => published).toMatchObject([{ revision: 2, action: "deleted", path: [] }]);
  expect(await ask("retrieve", "/")).toBe("things:thing.notfound");
  journal.flowing = true;
  expect(await ask("create", "/", { policyId: thingId })).toMatchObject({ status: 201 });
  expect(published.map(({ revision }) => revision)).toEqual([2, 3]);
});

test("the birth of a thing with its policy is told as one that was confirmed", async () => {
  const { ask, journal, published, told } = await withLamp();
  const id = "org.acme:born";

  const unnoticed = ask("create", "/", {}, { id });
  await expect.poll(() => journal.pending).toBe(1);
  journal.commitUnnoticed();
  expect(await unnoticed).toBe(unavailable);

  await expect.poll(() => told).toEqual([`policy ${id} 1`, `thing ${id} 1`]);
  expect(published).toMatchObject([{ id, revision: 1, action: "created", value: { policyId: id } }]);
});

test("what is not committed is told to nobody", async () => {
  const { ask, journal, published } = await withLamp();

  const first = ask("modify", "/attributes/n", 1);
  const second = ask("modify", "/attributes/n", 2);
  journal.fail();
  expect([await first, await second]).toEqual([unavailable, unavailable]);
  journal.flowing = true;
  expect(await ask("modify", "/attributes/n", 3)).toMatchObject({ revision: 2 });

  expect(published).toMatchObject([{ revision: 2, value: 3 }]);
});

test("what was told in the usual way is not told again when the entity is lost once more", async () => {
  const { ask, journal, published } = await withLamp();

  const first = ask("modify", "/attributes/n", 1);
  journal.fail(new JournalUnavailable("cut off", { mayBeWritten: true }));
  expect(await first).toBe(unavailable);
  journal.flowing = true;
  expect(await ask("modify", "/attributes/n", 2)).toMatchObject({ revision: 2 });
  journal.flowing = false;
  const third = ask("modify", "/attributes/n", 3);
  journal.fail();
  expect(await third).toBe(unavailable);
  expect(await ask("retrieve", "/attributes/n")).toMatchObject({ value: 2 });

  expect(published).toMatchObject([{ revision: 2, value: 2 }]);
});

test("what is committed after the entity was loaded again makes the next write void, and is told before the one after", async () => {
  const { ask, journal, published } = await withLamp();

  const late = ask("modify", "/attributes/n", 1);
  const row = journal.appends.at(-1)!;
  journal.fail();
  expect(await late).toBe(unavailable);
  const void_ = ask("modify", "/attributes/n", 2);
  await expect.poll(() => journal.pending).toBe(1);
  journal.rows.get(`thing ${thingId}`)!.push(...row);
  journal.fail(new RevisionTaken());
  expect(await void_).toBe(unavailable);
  journal.flowing = true;
  expect(await ask("modify", "/attributes/n", 3)).toMatchObject({ revision: 3 });

  expect(published).toMatchObject([
    { revision: 2, value: 1 },
    { revision: 3, value: 3 },
  ]);
});

test("what is committed late is found by a second look, and a copy of before is dropped", async () => {
  const { ask, journal, published } = await withLamp();

  const late = ask("modify", "/attributes/n", 1);
  const row = journal.appends.at(-1)!;
  journal.fail(new RevisionTaken());
  expect(await late).toBe(unavailable);
  expect(await ask("retrieve", "/attributes/n")).toMatchObject({ value: 0 });
  journal.rows.get(`thing ${thingId}`)!.push(...row);

  await expect.poll(() => published, { timeout: 8_000 }).toMatchObject([{ revision: 2, value: 1 }]);
  expect(await ask("retrieve", "/attributes/n")).toMatchObject({ value: 1 });
}, 15_000);

test("a change of a policy counts at once, whoever was told of it", async () => {
  const { ask, journal, told } = await withLamp();
  const resources = {
    "thing:/": { grant: ["READ"], revoke: [] },
    "policy:/": { grant: ["READ", "WRITE"], revoke: [] },
  };

  const unnoticed = ask("modify", "/entries/DEFAULT/resources", resources, { kind: "policy" });
  journal.commitUnnoticed();
  expect(await unnoticed).toBe("policies:policy.unavailable");
  expect(await ask("modify", "/attributes/n", 1)).toBe("things:attribute.notmodifiable");

  expect(told).toEqual([`policy ${thingId} 2`]);
});
