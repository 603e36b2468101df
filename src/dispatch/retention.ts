// Clean-up of history in the background: what is older than the retention goes, bit by bit and never in anybody's way.

import { setTimeout } from "node:timers/promises";
import { type Journal, JournalUnavailable, type Reach } from "../journal/journal.ts";
import type { EntityKind } from "../signals/signal.ts";
import { type Replay, type Rest, rebuild, resting } from "./history.ts";
import { snapshotOf } from "./snapshots.ts";

export interface RetentionSettings {
  readonly cleanupEnabled: boolean;
  /** How long history is kept, in milliseconds. */
  readonly historyRetention: number;
  /** Rest after the start and after each round, in milliseconds. */
  readonly cleanupQuietPeriod: number;
}

export interface RetentionParts {
  readonly journal: Journal;
  readonly rules: Readonly<Record<EntityKind, Replay>>;
  readonly settings: RetentionSettings;
  readonly log: {
    info(fact: object, message: string): void;
    warn(fact: object, message: string): void;
  };
}

/** Entities looked at in one step, and rows deleted in one. */
const ENTITIES = 200;
const ROWS = 500;
/** After each step the database has this many times as long for others, and at least so many milliseconds. */
const REST_FACTOR = 20;
const REST_MS = 50;
/** An entity's turn comes once so many of its rows can go, or one is past for so much longer than the retention. */
const WORTH_ROWS = 100;
const GRACE_MS = 24 * 3_600_000;

/**
 * Deletes history older than the retention until it is stopped, round after round. A step is one short statement, and
 * the pauses between them grow with the time that the database takes. It remembers nothing: a restarted server begins a
 * new round.
 * @returns stops it; resolves when the step under way is done.
 */
export function startRetention(parts: RetentionParts): () => Promise<void> {
  if (!parts.settings.cleanupEnabled) return () => Promise.resolve();
  const stopping = new AbortController();
  const running = runRounds(parts, stopping.signal);
  return () => {
    stopping.abort();
    return running;
  };
}

async function runRounds(parts: RetentionParts, signal: AbortSignal): Promise<void> {
  const { settings, log } = parts;
  const pause = (milliseconds: number) => setTimeout(milliseconds, undefined, { signal, ref: false });
  while (!signal.aborted) {
    try {
      await pause(settings.cleanupQuietPeriod);
      const rows = await cleanUp(parts, (took) => pause(Math.max(REST_MS, REST_FACTOR * took)));
      if (rows > 0) log.info({ rows }, "history older than its retention was deleted");
    } catch (error) {
      // A stop ends the pause it comes in; that the database is away, the journal reports by itself.
      if (signal.aborted || error instanceof JournalUnavailable) continue;
      log.warn({ err: error }, "the clean-up of history failed");
    }
  }
}

/**
 * One round through all entities; resolves with the number of deleted rows.
 * @throws JournalUnavailable, and what `rest` is rejected with.
 */
export async function cleanUp(parts: RetentionParts, rest: Rest): Promise<number> {
  const { journal, settings } = parts;
  let rows = 0;
  let after: Pick<Reach, "kind" | "id"> | undefined = { kind: "thing", id: "" };
  while (after) {
    const from: Pick<Reach, "kind" | "id"> = after;
    const edge = Date.now() - settings.historyRetention;
    const page = await resting(rest, () => journal.listReach(from, WORTH_ROWS, ENTITIES));
    for (const reach of page) if (isWorth(reach, edge)) rows += await shorten(parts, reach, edge, rest);
    after = page.length < ENTITIES ? undefined : page.at(-1);
  }
  return rows;
}

const isWorth = ({ second, later }: Reach, edge: number): boolean =>
  (later !== undefined && later < edge) || (second !== undefined && second < edge - GRACE_MS);

/** Makes sure that the state at the edge is kept, then deletes the rows before it; resolves with their number. */
async function shorten(
  { journal, rules }: RetentionParts,
  { kind, id }: Reach,
  edge: number,
  rest: Rest,
): Promise<number> {
  const base = await rebuild(journal, rules[kind], id, { before: edge }, rest);
  if (!base) return 0;
  await resting(rest, () => journal.storeSnapshots([snapshotOf(kind, id, base.state)]));
  let rows = 0;
  for (;;) {
    const deleted = await resting(rest, () => journal.prune(kind, id, edge, ROWS));
    rows += deleted;
    if (deleted < ROWS) return rows;
  }
}
