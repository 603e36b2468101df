// Worlds on a journal in memory and a clock of the test's choice, which begins with the year 2030; a new one for each test.

import { afterEach, beforeEach, vi } from "vitest";
import type { JsonObject } from "../../../src/base/json/json.ts";
import { HeldJournal } from "../../support/journal.ts";
import { type AnnouncingWorld, announcingWorld, label, policyId, policyOf } from "./world.ts";

export const SECOND = 1_000;
export const HOUR = 3_600 * SECOND;
export const guest = "nginx:guest";
export const subjectPath = `/entries/guests/subjects/${guest}`;

/** Worlds of the running test; they end with it. */
export const open: AnnouncingWorld[] = [];
export let journal: HeldJournal;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setImmediate", "clearImmediate", "Date"] });
  vi.setSystemTime(Date.parse("2030-01-01T00:00:00Z"));
  journal = new HeldJournal({ flowing: true });
});
afterEach(() => {
  for (const world of open.splice(0)) world.watch.stop();
  vi.useRealTimers();
});

export function start(set: Parameters<typeof announcingWorld>[1] = {}): AnnouncingWorld {
  const world = announcingWorld(journal, set);
  open.push(world);
  world.watch.start();
  return world;
}
/** Another server after the one before was killed: it knows what the journal holds and nothing else. */
export function restart(before: AnnouncingWorld, set = {}): AnnouncingWorld {
  before.watch.stop();
  return start(set);
}
export async function withGuest(subject: JsonObject, set = {}): Promise<AnnouncingWorld> {
  const world = start(set);
  await world.ask("create", "/", policyOf({ [guest]: { type: "t", ...subject } }));
  return world;
}
export const pass = (millis: number) => vi.advanceTimersByTimeAsync(millis);
/** Steps that follow on one another take a millisecond each. */
export const untilAnnounced = () => pass(HOUR / 2 + 10);
export const rows = () => journal.rows.get(`policy ${policyId}`) ?? [];
export const asking = (more: JsonObject = {}): JsonObject => ({
  requestedAcks: { labels: [label] },
  ...more,
});
