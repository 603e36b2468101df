// The clean-up of history: by the leader of a cluster, and as operators ask for it.

import { afterEach, beforeEach, expect, test } from "vitest";
import { alone } from "../../../src/cluster/alone.ts";
import type { Leading } from "../../../src/cluster/until-leader.ts";
import { documentReplay } from "../../../src/dispatch/documents/apply-document.ts";
import { type Cleaning, startCleaning } from "../../../src/dispatch/history/cleaning.ts";
import type { Journal } from "../../../src/journal/journal.ts";
import { append, revisionsOf, row, upTo } from "../../journal/appends.ts";
import { embedded, useJournal } from "../../journal/storages.ts";
import { worldOn } from "../../support/dispatch.ts";

const OLD_MS = 30 * 24 * 3_600_000;
const birth = { action: "created", path: "/", value: '{"attributes":{"x":1}}' };

let journal: Journal;
let running: Cleaning | undefined;
let count = 0;
useJournal(embedded, (given) => {
  journal = given;
});
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

let id = "";
beforeEach(async () => {
  id = `org.acme:old-${++count}`;
  const rows = upTo(120).map((n) =>
    row(id, n, { timestamp: Date.now() - OLD_MS + n, ...(n === 1 ? birth : { value: `${n}` }) }),
  );
  await append(journal, ...rows);
});
const kept = async () => revisionsOf(await journal.readEvents("thing", id, 1, 1_000, 1_000)).length;

function cleaning(set: { enabled?: boolean; quietMs?: number; cluster?: Leading } = {}): Cleaning {
  const { things, policies } = worldOn(journal);
  running = startCleaning({
    journal,
    cluster: set.cluster ?? alone("test"),
    rules: {
      thing: things.rules,
      policy: policies.rules,
      connection: documentReplay("connection"),
      predictor: documentReplay("predictor"),
    },
    settings: {
      cleanupEnabled: set.enabled ?? true,
      historyRetention: 3 * 24 * 3_600_000,
      cleanupQuietPeriod: set.quietMs ?? 1,
    },
    log: { info: () => undefined, warn: () => undefined },
  });
  return running;
}

test("only the leader cleans up, and whoever leads after it", async () => {
  let leads = false;
  const change = Promise.withResolvers<void>();
  cleaning({
    cluster: { isLeader: () => leads, leaseHolds: () => true, nextChange: () => change.promise },
  });
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(await kept()).toBe(120);

  leads = true;
  change.resolve();

  await expect.poll(kept, { timeout: 5_000 }).toBe(1);
});

test("an operator sees and changes its settings, and a bad one changes nothing", async () => {
  const one = cleaning({ enabled: false, quietMs: 300_000 });
  expect(one.config()).toEqual({
    enabled: false,
    "quiet-period": "5m",
    "history-retention-duration": "3d",
    "last-pid": "",
  });
  expect(one.health()).toEqual({ state: "IN_QUIET_PERIOD", pid: "" });

  const bad: Parameters<typeof one.modify>[0][] = [
    { enabled: true, "quiet-period": "soon" },
    { enabled: true, "quiet-period": "0s" },
    { enabled: true, "history-retention-duration": 3 },
    { enabled: "yes" },
    { enabled: true, "last-pid": "robot:x" },
  ];
  for (const config of bad)
    expect(() => one.modify(config)).toThrow(expect.objectContaining({ status: 400 }));
  expect(one.config()).toMatchObject({ enabled: false, "quiet-period": "5m" });

  expect(one.modify({ enabled: true, "quiet-period": "10ms" })).toMatchObject({
    enabled: true,
    "quiet-period": "10ms",
  });
  await expect.poll(kept, { timeout: 5_000 }).toBe(1);
});

test("a round begins where it is told to", async () => {
  const one = cleaning({ quietMs: 3_600_000 });
  expect(one.modify({ "last-pid": `thing:${id}`, "quiet-period": "1s" })["last-pid"]).toBe(`thing:${id}`);
  await expect.poll(() => one.config()["last-pid"], { timeout: 5_000 }).toBe("");
  expect(await kept()).toBe(120);
});

test("one entity is cleaned up at once", async () => {
  const one = cleaning({ enabled: false });
  await one.cleanUp({ kind: "thing", id });
  expect(await kept()).toBe(1);
  await one.cleanUp({ kind: "thing", id: "org.acme:none" });
});
