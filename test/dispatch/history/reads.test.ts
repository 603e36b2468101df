// Many reads of the past at once, and one that the clean-up overtakes.

import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { documentReplay } from "../../../src/dispatch/documents/apply-document.ts";
import { Held } from "../../../src/dispatch/entities.ts";
import { extentOf } from "../../../src/dispatch/extent.ts";
import { retrieveAt } from "../../../src/dispatch/history/rebuild.ts";
import { cleanUp } from "../../../src/dispatch/history/retention.ts";
import { SharedWork } from "../../../src/dispatch/history/shared-work.ts";
import { Snapshots } from "../../../src/dispatch/snapshots.ts";
import { JournalUnavailable } from "../../../src/journal/journal.ts";
import { append, row, upTo } from "../../journal/appends.ts";
import { soFar, thingId, worldOn } from "../../support/dispatch.ts";
import { HeldJournal } from "../../support/journal.ts";

const DAY = 24 * 3_600_000;

/** Work that ends when the test says so. */
const manual = () => {
  const begun: PromiseWithResolvers<string>[] = [];
  const work = () => {
    const one = Promise.withResolvers<string>();
    begun.push(one);
    return one.promise;
  };
  return { begun, work };
};

describe("shared work", () => {
  const limits = { atOnce: 2, waiting: 2 };

  test("is done once for all who want the same, and anew afterwards", async () => {
    const shared = new SharedWork<string>(limits);
    const { begun, work } = manual();
    const both = [shared.do("a", work), shared.do("a", work)];

    await turn();
    expect(begun).toHaveLength(1);
    begun[0]!.resolve("done");
    expect(await Promise.all(both)).toEqual(["done", "done"]);
    void shared.do("a", work);
    await turn();
    expect(begun).toHaveLength(2);
  });

  test("runs a few at a time, refuses what is too much, and goes on after a failure", async () => {
    const shared = new SharedWork<string>(limits);
    const { begun, work } = manual();
    const [a, b, c, d] = ["a", "b", "c", "d"].map((key) => shared.do(key, work));

    await turn();
    expect(begun).toHaveLength(2);
    await expect(shared.do("e", work)).rejects.toBeInstanceOf(JournalUnavailable);
    expect(await soFar(shared.do("c", work))).toBe("pending");
    begun[0]!.reject(new Error("odd"));
    await expect(a).rejects.toThrow("odd");
    await turn();
    expect(begun).toHaveLength(3);
    for (const one of [1, 2]) begun[one]!.resolve("done");
    await Promise.all([b, c]);
    await turn();
    begun[3]!.resolve("last");
    expect(await d).toBe("last");
    expect(begun).toHaveLength(4);
  });
});

test("the same moment of a thing is read from the database once for all who ask at the same time", async () => {
  const journal = new HeldJournal({ flowing: true });
  const world = worldOn(journal);
  await world.ask("create", "/", {});
  for (const n of upTo(5)) await world.ask("modify", "/attributes", { n });
  let reads = 0;
  const loadAt = journal.loadAt.bind(journal);
  journal.loadAt = (...asked) => {
    reads++;
    return loadAt(...asked);
  };
  const committed = world.things.peek(thingId)!.committed!;
  const at = (revision: number) => retrieveAt(journal, world.things.rules, thingId, { revision }, committed);

  const found = await Promise.all([...upTo(20).map(() => at(3)), at(4)]);

  expect(reads).toBe(2);
  expect(found.map((past) => past?.state.revision)).toEqual([...upTo(20).map(() => 3), 4]);
});

test("a read that the clean-up overtakes starts over, and finds what is retained", async () => {
  const journal = new HeldJournal({ flowing: true });
  const now = Date.now();
  const rows = upTo(1_500).map((n) =>
    row(thingId, n, {
      timestamp: n < 1_000 ? now - 9 * DAY + n : now - 10_000 + n,
      ...(n === 1 ? { action: "created", path: "/", value: "{}" } : { value: `${n}` }),
    }),
  );
  await append(journal, ...rows);
  const world = worldOn(journal);
  await world.things.load(thingId);
  const committed = world.things.peek(thingId)!.committed!;
  const rules = {
    thing: world.things.rules,
    policy: world.policies.rules,
    connection: documentReplay("connection"),
    predictor: documentReplay("predictor"),
  };
  const settings = { cleanupEnabled: true, historyRetention: 3 * DAY, cleanupQuietPeriod: 1 };
  const quiet = { info: () => undefined, warn: () => undefined };
  const readEvents = journal.readEvents.bind(journal);
  let deleted = 0;
  journal.readEvents = async (...asked) => {
    journal.readEvents = readEvents;
    // One round goes up to the snapshot that the read has just kept, the next to the edge.
    for (const _round of [1, 2])
      deleted += await cleanUp({ journal, rules, settings, log: quiet }, async () => undefined);
    return readEvents(...asked);
  };

  const past = await retrieveAt(journal, rules.thing, thingId, { revision: 1_400 }, committed);

  expect(deleted).toBe(998);
  expect(past?.state).toMatchObject({ revision: 1_400, value: { attributes: { x: 1_400 } } });
});

test("snapshots of a thing with long changes are due before a hundred of them", async () => {
  const journal = new HeldJournal({ flowing: true });
  const snapshots = new Snapshots(journal, "thing", () => undefined);
  const size = 50_000;
  const held = new Held(thingId, undefined, extentOf("x".repeat(size)), 0, false);
  const commit = (revision: number, length: number) => {
    const state = { value: { revision }, revision, created: 1, modified: revision };
    held.commit(state);
    snapshots.committed(held, state, revision === 1, length);
  };
  for (const revision of upTo(40)) commit(revision, revision === 1 ? 0 : size);
  await snapshots.flush();
  for (const revision of upTo(7)) commit(40 + revision, 10);
  await snapshots.flush();

  // Eight states' length after one another; the first that is due is as new as it can be.
  expect((journal.kept.get(`thing ${thingId}`) ?? []).map(({ revision }) => revision)).toEqual([
    17, 25, 33, 40,
  ]);
});
