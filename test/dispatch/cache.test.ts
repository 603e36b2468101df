import { describe, expect, test, vi } from "vitest";
import { Turns } from "../../src/dispatch/turns.ts";
import { soFar, thingId, type World, worldOn } from "../support/dispatch.ts";
import { HeldJournal } from "../support/journal.ts";

const ids = (count: number) => Array.from({ length: count }, (_, i) => `org.acme:t${i}`);

describe("the cache", () => {
  const policyId = "org.acme:p";
  async function full(capacity: number, count: number) {
    const journal = new HeldJournal({ flowing: true });
    const world = worldOn(journal, { capacity });
    await world.ask("create", "/", {}, { id: policyId });
    for (const id of ids(count))
      await world.ask("create", "/", { policyId, attributes: { x: "x".repeat(500) } }, { id });
    const held = () => ids(count).filter((id) => world.things.peek(id));
    return { ...world, journal, held };
  }

  test("holds no more than it may, and reads again what it let go", async () => {
    const { held, ask, journal } = await full(20_000, 100);

    expect(held().length).toBeGreaterThan(5);
    expect(held().length).toBeLessThanOrEqual(20);
    const gone = ids(100).find((id) => !held().includes(id)) as string;
    expect(await ask("retrieve", "/attributes/x", undefined, { id: gone })).toMatchObject({
      value: "x".repeat(500),
    });
    expect(await ask("modify", "/attributes/y", 1, { id: gone })).toMatchObject({ revision: 2 });
    expect(journal.loads.get(`thing ${gone}`)).toBe(2);
  });

  test("keeps what was used while others came", async () => {
    const { things, ask } = await full(20_000, 5);
    const favourite = "org.acme:t0";

    for (let i = 100; i < 200; i++) {
      await ask("retrieve", "/", undefined, { id: favourite });
      await ask("create", "/", { policyId, attributes: { x: "x".repeat(500) } }, { id: `org.acme:t${i}` });
    }

    expect(things.peek(favourite)).toBeDefined();
  });

  test("lets nothing go that is being written, and comes back to its bound afterwards", async () => {
    const { things, ask, journal } = await full(20_000, 10);
    journal.flowing = false;

    const writes = ids(10).map((id) => ask("modify", "/attributes/x", "y".repeat(3000), { id }));
    await soFar(Promise.all(writes));
    for (const id of ids(10))
      if (journal.appends.some(([row]) => row?.id === id && row.revision === 2))
        expect(things.peek(id)).toBeDefined();
    journal.commitAll();
    await soFar(Promise.all(writes));
    journal.flowing = true;
    journal.commitAll();
    await Promise.all(writes);

    for (const id of ids(10))
      expect(await ask("modify", "/attributes/z", 1, { id })).toMatchObject({ revision: 3 });
    await ask("create", "/", { policyId }, { id: "org.acme:last" });
    expect(ids(10).filter((id) => things.peek(id)).length).toBeLessThanOrEqual(6);
  });

  test("one that never existed is not read again for every question", async () => {
    const { ask, journal } = await full(20_000, 1);

    await ask("retrieve", "/", undefined, { id: "org.acme:none" });
    await ask("retrieve", "/", undefined, { id: "org.acme:none" });

    expect(journal.loads.get("thing org.acme:none")).toBe(1);
  });

  test("questions that come together share one read", async () => {
    const { journal } = await full(1_000_000, 1);
    const fresh = worldOn(journal);
    journal.loads.clear();

    await Promise.all(
      Array.from({ length: 10 }, () => fresh.ask("retrieve", "/", undefined, { id: "org.acme:t0" })),
    );

    expect(journal.loads.get("thing org.acme:t0")).toBe(1);
  });
});

describe("snapshots", () => {
  const change = async ({ ask }: World, times: number) => {
    for (let n = 1; n <= times; n++) await ask("modify", "/attributes", { n });
  };
  const revisionOf = (journal: HeldJournal) => journal.snapshots.get(`thing ${thingId}`)?.revision;

  test("are written behind: the newest committed state, when a hundred changes have come", async () => {
    vi.useFakeTimers();
    try {
      const journal = new HeldJournal({ flowing: true });
      const world = worldOn(journal);
      await world.ask("create", "/", {});
      expect(revisionOf(journal)).toBe(1);

      await change(world, 99);
      await vi.advanceTimersByTimeAsync(600);
      expect(revisionOf(journal)).toBe(1);

      await change(world, 5);
      expect(revisionOf(journal)).toBe(1);
      await vi.advanceTimersByTimeAsync(600);
      expect(journal.snapshots.get(`thing ${thingId}`)).toMatchObject({
        revision: 105,
        state: `{"thingId":"${thingId}","policyId":"${thingId}","attributes":{"n":5}}`,
      });
    } finally {
      vi.useRealTimers();
    }
  });

  test("never show what is not committed", async () => {
    const journal = new HeldJournal({ flowing: true });
    const world = worldOn(journal);
    await world.ask("create", "/", {});
    await change(world, 100);
    journal.flowing = false;
    const write = world.ask("modify", "/attributes", { n: 1 });

    await world.snapshots.thing.flush();

    expect(revisionOf(journal)).toBe(101);
    journal.fail();
    expect(await write).toBe("things:thing.unavailable");
    world.snapshots.thing.close();
  });

  test("of a deleted thing say so, and a thing loaded from them goes on with its revisions", async () => {
    const journal = new HeldJournal({ flowing: true });
    const { ask, snapshots } = worldOn(journal);
    await ask("create", "/", {});
    await snapshots.thing.flush();
    await ask("delete", "/");
    await snapshots.thing.flush();
    expect(journal.snapshots.get(`thing ${thingId}`)).toMatchObject({ revision: 2, state: null });

    const fresh = worldOn(journal);
    expect(await fresh.ask("retrieve", "/")).toBe("things:thing.notfound");
    expect(await fresh.ask("create", "/", { policyId: thingId })).toMatchObject({ status: 201, revision: 3 });
    snapshots.thing.close();
  });

  test("a thing read from a snapshot and the rows after it is the thing that was written", async () => {
    const journal = new HeldJournal({ flowing: true });
    const { ask, snapshots } = worldOn(journal);
    await ask("create", "/", { attributes: { a: 1 } });
    await snapshots.thing.flush();
    await ask("merge", "/", { attributes: { a: null, b: { c: 2 } }, features: { f: {} } });
    await ask("modify", "/features/f/properties", { p: 1 });
    const before = await ask("retrieve", "/");

    expect(await worldOn(journal).ask("retrieve", "/")).toEqual(before);
    snapshots.thing.close();
  });
});

test("whatever a thing was accepted with, it can be read again from its snapshot", async () => {
  const journal = new HeldJournal({ flowing: true });
  const { ask, snapshots } = worldOn(journal);
  await ask("create", "/", {});

  await ask("modify", `/attributes${"/a".repeat(199)}`, 1);
  await ask(
    "merge",
    `/attributes/b${"/a".repeat(198)}`,
    JSON.parse(`${'{"a":'.repeat(200)}1${"}".repeat(200)}`),
  );
  for (let n = 0; n < 100; n++) await ask("modify", "/features", {});
  await snapshots.thing.flush();

  expect(await worldOn(journal).ask("retrieve", "/")).toMatchObject({ status: 200 });
  snapshots.thing.close();
});

describe("turns", () => {
  test("tasks of one id run one after the other, also after one that failed; those of another id do not wait", async () => {
    const turns = new Turns();
    const log: string[] = [];
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();

    const first = turns.take("a", async () => {
      await gate;
      log.push("first");
      throw new Error("failed");
    });
    const second = turns.take("a", async () => log.push("second"));
    await turns.take("b", async () => log.push("other"));

    expect(log).toEqual(["other"]);
    expect([turns.busy("a"), turns.busy("b")]).toEqual([true, false]);
    open();
    await expect(first).rejects.toThrow("failed");
    await second;
    expect(log).toEqual(["other", "first", "second"]);
    expect(turns.busy("a")).toBe(false);
  });
});
