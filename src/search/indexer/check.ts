// Comparing the index with the journal, page by page, and repairing what differs.

import { setImmediate, setTimeout } from "node:timers/promises";
import type { LimitFunction } from "p-limit";
import type { AccessKey, Compared } from "../store.ts";
import type { AccessRows } from "./access-rows.ts";
import type { IndexerParts } from "./parts.ts";
import { type Steady, Stopped } from "./steady.ts";
import type { ThingChanges } from "./thing-changes.ts";

/** What one comparison of all found, and repaired. */
export interface CheckReport {
  /** Things of which the index had another revision than the journal, or only one of both knew. */
  readonly things: number;
  /** Rows of who may find things that were out of date or missing. */
  readonly access: number;
  /** Such rows that no thing needed any more. */
  readonly unused: number;
  readonly tookMs: number;
  /** Milliseconds since the epoch. */
  readonly endedAt: number;
}

/** Small, so that an embedded database has time for others in between. */
const PAGE = 200;
/** For each page the database has this many times as long for others, and never less than so many milliseconds. */
const REST_FACTOR = 20;
const REST_MS = 20;
/** What is committed but not told yet seems to differ for so long at most, in milliseconds. */
const SETTLING_MS = 1_000;

export interface CheckParts extends Pick<IndexerParts, "store"> {
  readonly things: Pick<ThingChanges, "rewrite" | "settled" | "isPending">;
  readonly access: Pick<AccessRows, "write" | "delete" | "forget">;
  readonly inTurn: LimitFunction;
  readonly steady: Steady;
}

/** How a comparison goes: as fast as it can, or slowly and never in anybody's way. `signal` ends it with {@link Stopped}. */
export interface Pace {
  readonly isHurried: boolean;
  readonly signal: AbortSignal;
}

/** Compares the rows of access, and writes those that are out of date. */
export async function checkAccess(
  { store, access, inTurn, steady }: CheckParts,
  pace: Pace,
): Promise<Pick<CheckReport, "access" | "unused">> {
  let stale = 0;
  let unused = 0;
  let after: AccessKey | undefined;
  do {
    const from: AccessKey | undefined = after;
    // In one turn, since what no thing needs now the next batch may.
    const page = await paced(pace, () =>
      steady.run(() =>
        inTurn(async () => {
          const compared = await store.compareAccess(from, PAGE);
          if (compared.stale.length > 0) access.forget();
          await access.write(compared.stale);
          await access.delete(compared.unused);
          return compared;
        }),
      ),
    );
    stale += page.stale.length;
    unused += page.unused.length;
    after = page.next;
  } while (after);
  return { access: stale, unused };
}

/** Compares the things, and has those written that differ; resolves with their number once they are. */
export async function checkThings(parts: CheckParts, pace: Pace): Promise<number> {
  const { store, things, steady } = parts;
  let differing = 0;
  let after: string | undefined = "";
  while (after !== undefined) {
    const from: string = after;
    const page = await paced(pace, () => steady.run(() => store.compareThings(from, PAGE)));
    const found = await lastingly(parts, pace, from, page.differing);
    for (const one of found) await repair(parts, one);
    if (found.length > 0) await things.settled();
    differing += found.length;
    after = page.next;
  }
  return differing;
}

/** Without what only waits to be written. */
async function lastingly(
  { store, things, steady }: CheckParts,
  { isHurried, signal }: Pace,
  from: string,
  differing: readonly Compared[],
): Promise<readonly Compared[]> {
  const found = differing.filter(({ id }) => !things.isPending(id));
  if (isHurried || found.length === 0) return found;
  await pause(SETTLING_MS, signal);
  const again = await steady.run(() => store.compareThings(from, PAGE));
  const before = new Map(found.map(({ id, recorded }) => [id, recorded]));
  return again.differing.filter(
    ({ id, recorded }) => before.has(id) && before.get(id) === recorded && !things.isPending(id),
  );
}

/** A row from the future would not be replaced, so it goes first. */
async function repair({ store, things, inTurn, steady }: CheckParts, { id, recorded, indexed }: Compared) {
  if (indexed !== undefined && recorded !== undefined && indexed > recorded)
    await steady.run(() => inTurn(() => store.putThings([], [{ id, revision: indexed }])));
  while (!things.rewrite(id, Math.max(recorded ?? 0, indexed ?? 0))) await things.settled();
}

async function paced<T>({ isHurried, signal }: Pace, step: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const result = await step();
  const took = performance.now() - started;
  if (!isHurried) await pause(Math.max(took * REST_FACTOR, REST_MS), signal);
  else {
    await setImmediate();
    if (signal.aborted) throw new Stopped();
  }
  return result;
}

/** @throws Stopped */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await setTimeout(milliseconds, undefined, { signal, ref: false });
  } catch {
    throw new Stopped();
  }
}
