// What happens between a decision and its commit: the test's journal chooses the moment.

import { describe, expect, test } from "vitest";
import { JournalUnavailable } from "../../src/journal/journal.ts";
import { soFar, thingId, worldOn } from "../support/dispatch.ts";
import { HeldJournal } from "../support/journal.ts";

/** A world in which the lamp exists, and from now on the test commits. */
async function withLamp() {
  const journal = new HeldJournal({ flowing: true });
  const world = worldOn(journal);
  await world.ask("create", "/", { attributes: { n: 0 } });
  journal.flowing = false;
  world.published.length = 0;
  return { ...world, journal };
}
const rowsOf = (journal: HeldJournal) =>
  (journal.rows.get(`thing ${thingId}`) ?? []).map(({ revision, value }) => [revision, value]);

describe("commands on one thing", () => {
  test("are decided in order, the next on what is not yet committed", async () => {
    const { ask, journal } = await withLamp();

    const created = ask("modify", "/attributes/x", 1);
    const modified = ask("modify", "/attributes/x", 2);
    const deleted = ask("delete", "/attributes/x");
    const missing = ask("delete", "/attributes/x");

    // A refusal is told once the state that it was judged on is committed.
    expect(await soFar(missing)).toBe("pending");
    expect(journal.pending).toBe(3);
    journal.commitAll();
    expect(await missing).toBe("things:attribute.notfound");
    expect(await created).toMatchObject({ status: 201, revision: 2 });
    expect(await modified).toMatchObject({ status: 204, revision: 3 });
    expect(await deleted).toMatchObject({ status: 204, revision: 4 });
    expect(rowsOf(journal).map(([revision]) => revision)).toEqual([1, 2, 3, 4]);
  });

  test("are answered, and told to others, when they are committed and not before", async () => {
    const { ask, journal, published } = await withLamp();

    const first = ask("modify", "/attributes/n", 1);
    const second = ask("modify", "/attributes/n", 2);

    expect(await soFar(first)).toBe("pending");
    expect(published).toEqual([]);
    journal.commit();
    expect(await soFar(first)).toMatchObject({ revision: 2 });
    expect(await soFar(second)).toBe("pending");
    expect(published.map(({ revision }) => revision)).toEqual([2]);
    journal.commit();
    expect(await second).toMatchObject({ revision: 3 });
    expect(published.map(({ revision }) => revision)).toEqual([2, 3]);
  });

  test("all fail with the append that they were decided on, and leave no trace", async () => {
    const { ask, journal, published } = await withLamp();

    const first = ask("modify", "/attributes/n", 1);
    const second = ask("modify", "/attributes/n", 2);
    journal.fail();

    expect(await first).toBe("things:thing.unavailable");
    expect(await second).toBe("things:thing.unavailable");
    expect(published).toEqual([]);
    expect(await ask("retrieve", "/attributes/n")).toMatchObject({ value: 0, revision: 1 });
    const third = ask("modify", "/attributes/n", 3);
    await soFar(third);
    journal.commitAll();
    expect(await third).toMatchObject({ revision: 2 });
    expect(rowsOf(journal).at(-1)).toEqual([2, "3"]);
  });

  test("are decided on what another writer wrote, once their own append was refused for it", async () => {
    const { ask, journal } = await withLamp();
    const row = { kind: "thing", id: thingId, revision: 2, timestamp: 5, action: "modified" } as const;
    journal.rows
      .get(`thing ${thingId}`)
      ?.push({ ...row, path: "/attributes/n", value: "7", metadata: null, headers: null });

    const refused = ask("modify", "/attributes/n", 1);
    journal.commit();

    expect(await refused).toBe("things:thing.unavailable");
    expect(await ask("retrieve", "/attributes/n")).toMatchObject({ value: 7, revision: 2 });
  });

  test("that follow one whose append failed do not build on what is lost, nor on the policy it named", async () => {
    const journal = new HeldJournal({ flowing: true });
    const world = worldOn(journal);
    await world.ask("create", "/", { attributes: { n: 0 } });
    await world.ask(
      "modify",
      "/",
      { entries: (await policyOf(world)).entries },
      { kind: "policy", id: "org.acme:other" },
    );
    journal.flowing = false;
    const fresh = worldOn(journal); // nothing but what is asked for is in memory
    await fresh.ask("retrieve", "/");
    const moved = fresh.ask("modify", "/policyId", "org.acme:other"); // has to load the other policy first
    const next = fresh.ask("modify", "/attributes/n", 1);
    await soFar(next);

    journal.fail();

    expect(await moved).toBe("things:thing.unavailable");
    expect(await soFar(next)).toBe("things:thing.unavailable");
    expect(journal.pending).toBe(0);
    expect(rowsOf(journal).map(([revision]) => revision)).toEqual([1]);
  });

  test("that the journal does not even accept leave what was decided before them", async () => {
    const { ask, journal } = await withLamp();
    const first = ask("modify", "/attributes/n", 1);
    const accept = journal.append.bind(journal);
    journal.append = (_rows, settled) => settled(new JournalUnavailable("full"));

    expect(await ask("modify", "/attributes/n", 2)).toBe("things:thing.unavailable");

    journal.append = accept;
    const third = ask("modify", "/attributes/n", 3);
    journal.commitAll();
    expect(await first).toMatchObject({ revision: 2 });
    expect(await third).toMatchObject({ revision: 3 });
    expect(await ask("retrieve", "/attributes/n")).toMatchObject({ value: 3 });
  });

  test("that are refused because of a state which is lost are told that it is", async () => {
    const { ask, journal } = await withLamp();
    const deleted = ask("delete", "/");
    const written = ask("modify", "/attributes/n", 1);

    journal.fail();

    expect(await deleted).toBe("things:thing.unavailable");
    expect(await written).toBe("things:thing.unavailable");
  });
});

async function policyOf({ ask }: Pick<ReturnType<typeof worldOn>, "ask">) {
  const reply = await ask("retrieve", "/", undefined, { kind: "policy" });
  if (typeof reply === "string") throw new Error(reply);
  return reply.value as { entries: object & Record<string, never> };
}

describe("readers", () => {
  test("wait for what was decided before them, and see it", async () => {
    const { ask, journal } = await withLamp();

    const write = ask("modify", "/attributes/n", 1);
    const read = ask("retrieve", "/attributes/n");

    expect(await soFar(read)).toBe("pending");
    journal.commit();
    await write;
    expect(await read).toMatchObject({ value: 1, revision: 2 });
  });

  test("see what is committed when what was decided before them is lost", async () => {
    const { ask, journal } = await withLamp();

    const write = ask("modify", "/attributes/n", 1);
    const read = ask("retrieve", "/attributes/n");
    await soFar(read);
    journal.fail();

    expect(await write).toBe("things:thing.unavailable");
    expect(await read).toMatchObject({ value: 0, revision: 1 });
  });

  test("find a thing until its deletion is committed, not after", async () => {
    const { ask, journal } = await withLamp();

    const gone = ask("delete", "/");
    const read = ask("retrieve", "/");
    await soFar(read);
    journal.fail();

    expect(await gone).toBe("things:thing.unavailable");
    expect(await read).toMatchObject({ status: 200 });
    const goneNow = ask("delete", "/");
    await soFar(goneNow);
    journal.commitAll();
    await goneNow;
    expect(await ask("retrieve", "/")).toBe("things:thing.notfound");
  });

  test("do not wait for other things", async () => {
    const { ask, journal } = await withLamp();
    journal.flowing = true;
    await ask("create", "/", {}, { id: "org.acme:other" });
    journal.flowing = false;

    void ask("modify", "/attributes/n", 1);

    expect(await soFar(ask("retrieve", "/", undefined, { id: "org.acme:other" }))).toMatchObject({
      status: 200,
    });
    journal.commitAll();
  });
});

describe("a thing and its policy", () => {
  const rows = (journal: HeldJournal) =>
    journal.appends.map((append) => append.map(({ kind, action }) => `${kind} ${action}`));

  test("are born in one append", async () => {
    const journal = new HeldJournal({ flowing: true });
    const { ask, published } = worldOn(journal);

    expect(await ask("create", "/", {})).toMatchObject({ status: 201, revision: 1 });

    expect(rows(journal)).toEqual([["policy created", "thing created"]]);
    expect(published.map(({ kind }) => kind)).toEqual(["policy", "thing"]);
  });

  test("are both not there when the append fails", async () => {
    const journal = new HeldJournal();
    const { ask, published } = worldOn(journal);

    const creation = ask("create", "/", {});
    await soFar(creation);
    journal.fail();

    expect(await creation).toBe("things:thing.unavailable");
    expect(published).toEqual([]);
    expect(await ask("retrieve", "/")).toBe("things:thing.notfound");
    expect(await ask("retrieve", "/", undefined, { kind: "policy" })).toBe("policies:policy.notfound");
  });

  test("are refused together where a policy of that id exists", async () => {
    const journal = new HeldJournal({ flowing: true });
    const { ask } = worldOn(journal);
    await ask("create", "/", {});
    await ask("delete", "/");

    expect(await ask("create", "/", {})).toBe("things:thing.notcreatable");
    expect(await ask("create", "/", { policyId: thingId })).toMatchObject({ status: 201, revision: 3 });
    expect(rows(journal).slice(1)).toEqual([["thing deleted"], ["thing created"]]);
  });

  test("two creations of one thing at once make one thing", async () => {
    const journal = new HeldJournal({ flowing: true });
    const { ask } = worldOn(journal);

    const replies = await Promise.all([
      ask("create", "/", {}),
      ask("create", "/", {}),
      ask("create", "/", { policyId: thingId }),
    ]);

    expect(replies.map((reply) => (typeof reply === "string" ? reply : reply.status))).toEqual([
      201,
      "things:thing.notcreatable",
      "things:thing.conflict",
    ]);
    expect(journal.appends).toHaveLength(1);
  });

  test("two things at once may not both bring the same policy, and one of them is created", async () => {
    const journal = new HeldJournal({ flowing: true });
    const { ask } = worldOn(journal);
    await ask("create", "/", {});
    const { entries } = await policyOf({ ask });
    const _policy = { policyId: "org.acme:shared", entries };

    const replies = await Promise.all(
      ["org.acme:a", "org.acme:b"].map((id) => ask("create", "/", { _policy }, { id })),
    );

    const created = replies.filter((reply) => typeof reply !== "string");
    expect(created).toHaveLength(1);
    expect(replies.filter((reply) => reply !== created[0])).toEqual(["things:thing.notcreatable"]);
  });
});
