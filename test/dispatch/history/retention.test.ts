import { describe, expect, test } from "vitest";
import { alone } from "../../../src/cluster/alone.ts";
import { documentReplay } from "../../../src/dispatch/documents/apply-document.ts";
import { type CleaningParts, startCleaning } from "../../../src/dispatch/history/cleaning.ts";
import { retrieveAt } from "../../../src/dispatch/history/rebuild.ts";
import { cleanUp } from "../../../src/dispatch/history/retention.ts";
import { prune } from "../../../src/journal/history-statements.ts";
import { type Journal, type JournalRow, JournalUnavailable } from "../../../src/journal/journal.ts";
import { openDatabase, openJournal } from "../../../src/journal/open.ts";
import { append, revisionsOf, row, upTo } from "../../journal/appends.ts";
import { external, storages, useJournal } from "../../journal/storages.ts";
import { thingId, type World, worldOn } from "../../support/dispatch.ts";
import { HeldJournal } from "../../support/journal.ts";

const DAY = 24 * 3_600_000;
const DAYS_3 = 3 * DAY;

interface Logged {
  readonly facts: object[];
}

const partsOf = (
  journal: Journal,
  historyRetention: number,
  cleanupQuietPeriod = 1,
): CleaningParts & Logged => {
  const { things, policies } = worldOn(journal);
  const facts: object[] = [];
  const note = (fact: object) => facts.push(fact);
  return {
    journal,
    cluster: alone("test"),
    rules: {
      thing: things.rules,
      policy: policies.rules,
      connection: documentReplay("connection"),
      predictor: documentReplay("predictor"),
    },
    settings: { cleanupEnabled: true, historyRetention, cleanupQuietPeriod },
    log: { info: note, warn: note },
    facts,
  };
};
const noRest = () => Promise.resolve();
const birth = { action: "created", path: "/", value: '{"attributes":{"x":1}}' };

/** Rows of a thing of which one was recorded each `every` milliseconds until `end`. */
const rowsUntil = (id: string, count: number, end: number, every: number): readonly JournalRow[] =>
  upTo(count).map((n) =>
    row(id, n, { timestamp: end - (count - n) * every, ...(n === 1 ? birth : { value: `${n}` }) }),
  );

const readable = async (journal: Journal, id = thingId) =>
  revisionsOf(await journal.readEvents("thing", id, 1, 1_000_000, 1_000_000));

const valueAt = async (journal: Journal, world: World, revision: number, id = thingId) => {
  await world.things.load(id);
  const committed = world.things.peek(id)!.committed!;
  const found = await retrieveAt(journal, world.things.rules, id, { revision }, committed);
  return (found?.state ?? committed).value;
};

describe.each(storages)("retention on $name", ({ openStorage }) => {
  let journal: Journal;
  useJournal(openStorage, (opened) => {
    journal = opened;
  });

  test("deletes what is too old, and nothing that the present or the retention needs", async () => {
    const id = "org.acme:long";
    const now = Date.now();
    await append(journal, ...rowsUntil(id, 1_500, now, DAY / 100));
    await append(journal, row(id, 1, { kind: "policy", timestamp: now - 9 * DAY, ...birth }));
    const parts = partsOf(journal, DAYS_3);

    const deleted = await cleanUp(parts, noRest);

    // Of 100 rows a day, 300 are within three days; the newest before them is what they start from.
    expect(deleted).toBe(1_199);
    expect(await readable(journal, id)).toEqual(upTo(301).map((n) => n + 1_199, id));
    const world = worldOn(journal);
    for (const revision of [1_200, 1_201, 1_350, 1_500])
      expect(await valueAt(journal, world, revision, id)).toEqual({ attributes: { x: revision } });
    await expect(valueAt(journal, world, 1_199, id)).rejects.toMatchObject({
      code: "things:thing.history.notfound",
    });
    expect(await cleanUp(parts, noRest)).toBe(0);
  });

  test("keeps the tombstone of a deleted thing, so that its revisions go on", async () => {
    const before = worldOn(journal);
    await before.ask("create", "/", {});
    for (const n of upTo(250)) await before.ask("modify", "/attributes", { n });
    await before.ask("delete", "/");
    await new Promise((soon) => setTimeout(soon, 5));

    await cleanUp(partsOf(journal, 0), noRest);

    expect(await readable(journal)).toEqual([252]);
    const after = worldOn(journal);
    expect(await after.ask("retrieve", "/")).toBe("things:thing.notfound");
    expect(await after.ask("create", "/", { policyId: thingId })).toMatchObject({ revision: 253 });
    await after.ask("modify", "/attributes", { again: true });
    expect(await valueAt(journal, worldOn(journal), 252)).toBeUndefined();
    expect(await valueAt(journal, worldOn(journal), 253)).toMatchObject({ thingId });
  });

  test("goes on while things are written, and takes nothing of what was just acknowledged", async () => {
    const world = worldOn(journal);
    const ids = upTo(4).map((n) => `org.acme:busy-${n}`);
    const acknowledged = new Map<string, number>();
    let writing = true;
    const write = async (id: string) => {
      await world.ask("create", "/", {}, { id });
      // Revision n holds the number n, so that history can be compared with it.
      for (let n = 2; writing; n++) {
        expect(await world.ask("modify", "/attributes", { n }, { id })).toMatchObject({ revision: n });
        acknowledged.set(id, n);
      }
    };
    const writers = Promise.all(ids.map(write));
    const parts = partsOf(journal, 100);
    let deleted = 0;
    const from = Date.now();
    while (Date.now() - from < 3_000) {
      deleted += await cleanUp(parts, (took) => new Promise((rested) => setTimeout(rested, took + 1)));
    }
    writing = false;
    await writers;
    expect(deleted).toBeGreaterThan(0);

    const fresh = worldOn(journal);
    for (const id of ids) {
      const last = acknowledged.get(id)!;
      const rows = await readable(journal, id);
      const first = rows[0]!;
      expect(rows).toEqual(upTo(last - first + 1).map((n) => n + first - 1));
      for (const revision of [first, first + 1, Math.floor((first + last) / 2), last])
        expect(await valueAt(journal, fresh, revision, id)).toMatchObject({ attributes: { n: revision } });
    }
  });
});

test("deleting old rows of a thing does not hold up those who write it", async () => {
  await using storage = await external();
  const journal = await openJournal(storage.options);
  const other = await openDatabase(storage.options);
  await append(journal, ...rowsUntil(thingId, 300, Date.now(), DAY));
  await journal.storeSnapshots([
    { kind: "thing", id: thingId, revision: 200, state: "{}", created: 1, modified: 2, metadata: null },
  ]);

  await other.transaction(async (query) => {
    expect(await prune({ query }, [{ kind: "thing", id: thingId }], Date.now(), 500)).toEqual([199]);
    // The deletion is not committed, so whatever it locked is locked now.
    expect(await append(journal, row(thingId, 301))).toBe("committed");
    const state = { revision: 301, state: "{}", created: 1, modified: 3, metadata: null };
    await journal.storeSnapshots([{ kind: "thing", id: thingId, ...state }]);
    expect((await journal.load("thing", thingId)).snapshot?.revision).toBe(301);
  });

  await other.close();
  await journal.close();
});

describe("the clean-up", () => {
  const oldRows = async (journal: Journal, id: string, count: number, end: number) =>
    append(journal, ...rowsUntil(id, count, end, 1_000));

  test("leaves alone what has nothing to lose, and waits until it is worth it", async () => {
    const journal = new HeldJournal({ flowing: true });
    const edge = Date.now() - DAYS_3;
    await oldRows(journal, "org.acme:never-changed", 1, edge - 9 * DAY);
    await oldRows(journal, "org.acme:few", 50, edge - 1_000);
    await oldRows(journal, "org.acme:young", 500, Date.now());

    expect(await cleanUp(partsOf(journal, DAYS_3), noRest)).toBe(0);

    expect(journal.kept.size).toBe(0);
    expect(await cleanUp(partsOf(journal, DAYS_3 - 2 * DAY), noRest)).toBe(49);
  });

  test("rests after every step", async () => {
    const journal = new HeldJournal({ flowing: true });
    for (const n of upTo(3)) await oldRows(journal, `org.acme:old-${n}`, 1_200, Date.now() - 9 * DAY);
    const rests: number[] = [];

    await cleanUp(partsOf(journal, DAYS_3), async (took) => void rests.push(took));

    // A page; of each thing five reads with four snapshots between them; their bases together; the deletions, thing by
    // thing of most rows up to a snapshot, then what is left of all.
    expect(rests).toHaveLength(1 + 3 * (5 + 4) + 1 + 3 + 1);
    expect(rests.every((took) => took >= 0)).toBe(true);
  });

  test("needs no state of its own where one is kept near the edge, and takes several things at once", async () => {
    const journal = new HeldJournal({ flowing: true });
    const edge = Date.now() - DAYS_3;
    const ids = upTo(5).map((n) => `org.acme:kept-${n}`);
    for (const id of ids) {
      await oldRows(journal, id, 350, edge - 1_000);
      const modified = edge - 51_000;
      await journal.storeSnapshots([
        { kind: "thing", id, revision: 300, state: "{}", created: 1, modified, metadata: null },
      ]);
    }
    let steps = 0;

    const deleted = await cleanUp(partsOf(journal, DAYS_3), async () => void steps++);

    expect(deleted).toBe(5 * 299);
    for (const id of ids) expect((await readable(journal, id))[0]).toBe(300);
    // A page of things, and two deletions of several.
    expect(steps).toBe(3);
  });

  test("rests less while it is behind", async () => {
    const journal = new HeldJournal({ flowing: true });
    await oldRows(journal, thingId, 2_500, Date.now() - 9 * DAY);
    const behind: boolean[] = [];

    await cleanUp(partsOf(journal, DAYS_3), async (_took, isBehind = false) => void behind.push(isBehind));

    expect(behind.slice(-3)).toEqual([true, true, false]);
    expect(behind.slice(0, -3)).not.toContain(true);
  });

  test("starts over after a stop, and stops in the middle of a round", async () => {
    const journal = new HeldJournal({ flowing: true });
    const end = Date.now() - 9 * DAY;
    await oldRows(journal, thingId, 3_000, end);
    await journal.storeSnapshots([
      { kind: "thing", id: thingId, revision: 3_000, state: "{}", created: 1, modified: end, metadata: null },
    ]);
    const rowsLeft = () => journal.rows.get(`thing ${thingId}`)?.length;

    const cleaning = startCleaning(partsOf(journal, DAYS_3));
    await expect.poll(rowsLeft, { interval: 1 }).toBeLessThan(3_000);
    await cleaning.stop();
    const left = rowsLeft();

    expect(left).toBeGreaterThan(1);
    await new Promise((soon) => setTimeout(soon, 200));
    expect(rowsLeft()).toBe(left);
    const parts = partsOf(journal, DAYS_3);
    const again = startCleaning(parts);
    await expect.poll(rowsLeft, { timeout: 5_000 }).toBe(1);
    await expect.poll(() => parts.facts).toEqual([{ rows: left! - 1 }]);
    await again.stop();
  });

  test("does nothing where it is switched off", async () => {
    const journal = new HeldJournal({ flowing: true });
    await oldRows(journal, thingId, 500, Date.now() - 9 * DAY);
    const parts = partsOf(journal, DAYS_3);

    const cleaning = startCleaning({ ...parts, settings: { ...parts.settings, cleanupEnabled: false } });
    await new Promise((soon) => setTimeout(soon, 100));
    await cleaning.stop();

    expect(journal.rows.get(`thing ${thingId}`)).toHaveLength(500);
  });

  test("goes on in the next round when the database was away, and tells of other faults", async () => {
    const journal = new HeldJournal({ flowing: true });
    await oldRows(journal, thingId, 500, Date.now() - 9 * DAY);
    const listReach = journal.listReach.bind(journal);
    const faults = [new Error("odd"), new JournalUnavailable("away")];
    journal.listReach = async (...asked) => {
      const fault = faults.shift();
      if (fault) throw fault;
      return listReach(...asked);
    };
    const parts = partsOf(journal, DAYS_3);

    const cleaning = startCleaning(parts);
    await expect.poll(() => journal.rows.get(`thing ${thingId}`)?.length, { timeout: 5_000 }).toBe(1);
    await cleaning.stop();

    expect(parts.facts.filter((fact) => "err" in fact)).toMatchObject([{ err: { message: "odd" } }]);
  });
});
