import { setTimeout as later } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { JournalRow, RecentPlace, RecentRow } from "../../../src/journal/journal.ts";
import { type CatchUpParts, catchUps, type PastEvent } from "../../../src/pubsub/remote/catch-up.ts";
import { delivered } from "../../../src/pubsub/remote/delivered.ts";

const LAMP = "org.acme:lamp";
const FAN = "org.acme:fan";

const rowOf = (recorded: number, id: string, revision: number): RecentRow => ({
  ...{ kind: "thing", id, revision, timestamp: 0, action: "modified", path: "/", value: "1" },
  ...{ headers: null, metadata: null, recorded },
});

const pastOf = async (id: string, rows: readonly JournalRow[]): Promise<readonly PastEvent[]> =>
  rows.map(({ revision }) => ({
    event: { kind: "thing", id, action: "modified", path: [], revision, timestamp: 0, headers: {} },
    state: { revision, timestamp: 0, created: 0, value: { policyId: id } } as unknown as PastEvent["state"],
  }));

/** Catches up by these rows; tells what was delivered, and how often the journal was read. */
function world(rows: RecentRow[], more: Partial<CatchUpParts> = {}) {
  const seen = delivered();
  const got: string[] = [];
  const passes: number[] = [];
  const rounds = catchUps({
    async recent(_kind, agoMs: number, after: RecentPlace | undefined, limit: number) {
      if (!after) passes.push(agoMs);
      return rows.filter(({ recorded }) => recorded > (after?.recorded ?? -1)).slice(0, limit);
    },
    between: async (id, from, to) =>
      rows.filter((row) => row.id === id && row.revision >= from && row.revision <= to),
    pastOf,
    isMissing: seen.isMissing,
    newestSince: seen.newestSince,
    async deliver({ event }) {
      seen.add(event.id, event.revision);
      got.push(`${event.id} ${event.revision}`);
    },
    areTelling: async () => undefined,
    isWanted: () => true,
    onFault: (error) => got.push(String(error)),
    ...more,
  });
  return { rounds, got, passes, seen };
}

const only = (id: string) => (other: string) => other === id;

test("what was committed only when its page had been read is delivered before what follows it", async () => {
  const page = Array.from({ length: 499 }, (_, n) => rowOf(n, FAN, n + 1));
  const rows = [...page, rowOf(500, LAMP, 4), rowOf(499, LAMP, 5), rowOf(502, LAMP, 6)];
  const { rounds, got } = world(rows, {
    recent: async (_kind, _agoMs, after) => (after ? rows.slice(501) : rows.slice(0, 500)),
  });
  rounds.begin({ has: only(LAMP), since: performance.now(), isOpen: false });

  await rounds.holdOf(LAMP);
  expect(got).toEqual([4, 5, 6].map((revision) => `${LAMP} ${revision}`));
});

describe("what is noticed in one turn", () => {
  test("is one pass, over as long as the longest, in the order in which it was recorded", async () => {
    const { rounds, got, passes } = world([
      ...[rowOf(1, LAMP, 4), rowOf(2, FAN, 7), rowOf(3, "org.acme:other", 1), rowOf(4, LAMP, 5)],
    ]);
    const now = performance.now();
    rounds.begin({ has: only(FAN), since: now - 500, isOpen: false });
    rounds.begin({ has: only(LAMP), since: now - 9_000, isOpen: false });

    expect(rounds.holdOf("org.acme:other")).toBeUndefined();
    await Promise.all([rounds.holdOf(LAMP), rounds.holdOf(FAN)]);
    expect(got).toEqual([`${LAMP} 4`, `${LAMP} 5`, `${FAN} 7`]);
    expect(passes).toHaveLength(1);
    expect(passes[0]).toBeGreaterThanOrEqual(9_000 + 2_000);
    expect([rounds.holdOf(LAMP), rounds.holdOf(FAN)]).toEqual([undefined, undefined]);
  });

  test("and one thing that several rounds are about gets its events once, by their revisions", async () => {
    const { rounds, got } = world([rowOf(1, LAMP, 5), rowOf(2, LAMP, 4), rowOf(3, LAMP, 6)]);
    for (let n = 0; n < 30; n++) rounds.begin({ has: only(LAMP), since: performance.now(), isOpen: false });
    await rounds.holdOf(LAMP);
    expect(got).toEqual([4, 5, 6].map((revision) => `${LAMP} ${revision}`));
  });

  test("waits for another pass where one is under way", async () => {
    const rows = [rowOf(1, LAMP, 4)];
    const { rounds, got, passes } = world(rows);
    rounds.begin({ has: only(LAMP), since: performance.now(), isOpen: false });
    await later(20);
    rows.push(rowOf(2, FAN, 1));
    rounds.begin({ has: only(FAN), since: performance.now(), isOpen: false });
    await rounds.holdOf(FAN);
    expect(got).toEqual([`${LAMP} 4`, `${FAN} 1`]);
    expect(passes).toHaveLength(2);
  });
});

test("nothing is read before all others tell this member what they publish, and it is tried until that is so", async () => {
  let asked = 0;
  const { rounds, got, passes } = world([rowOf(1, LAMP, 4)], {
    async areTelling() {
      expect(passes).toEqual([]);
      if (asked++ === 0) throw new Error("not yet");
    },
  });
  rounds.begin({ has: only(LAMP), since: performance.now(), isOpen: false });
  await rounds.holdOf(LAMP);
  expect([got, asked]).toEqual([["Error: not yet", `${LAMP} 4`], 2]);
});

test("what somebody began who is gone is looked for again, and holds nothing up then", {
  timeout: 10_000,
}, async () => {
  const rows = [rowOf(1, LAMP, 4)];
  const { rounds, got, seen } = world(rows);
  rounds.begin({ has: only(LAMP), since: performance.now() - 100, isOpen: true });
  await rounds.holdOf(LAMP);
  seen.add(LAMP, 6); // its new owner went on
  rows.push(rowOf(2, LAMP, 5));
  const held: unknown[] = [];
  await expect
    .poll(
      () => {
        held.push(rounds.holdOf(LAMP));
        return got;
      },
      { timeout: 5_000 },
    )
    .toEqual([`${LAMP} 4`, `${LAMP} 5`]);
  expect(held.every((hold) => hold === undefined)).toBe(true);
});
