// What was lost on its way from another member is read from the journal, and delivered before anything newer of the same things.

import { setImmediate } from "node:timers/promises";
import type { Journal, JournalRow, RecentPlace } from "../../journal/journal.ts";
import type { EntityEvent, EntityState } from "../../signals/signal.ts";

/** An event with the state that it led to, or that it deleted. */
export interface PastEvent {
  readonly event: EntityEvent;
  readonly state: EntityState;
}

export interface CatchUpParts {
  readonly recent: Journal["recent"];
  /** The events of one thing that these rows record, in the order of revisions; rejects where the database does not answer. */
  readonly pastOf: (id: string, rows: readonly JournalRow[]) => Promise<readonly PastEvent[]>;
  /** The rows of a thing from one revision to another. */
  readonly between: (id: string, from: number, to: number) => Promise<readonly JournalRow[]>;
  /** The newest event of a thing that was delivered since a time, by the monotonic clock. */
  readonly newestSince: (id: string, since: number) => number | undefined;
  /** Delivers an event unless it was before; where newer ones of its thing wait, before these. */
  readonly deliver: (past: PastEvent) => Promise<void>;
  /**
   * Whether an event neither was delivered nor waits to be. One that newer ones were delivered before counts only where it was left out
   * since a time, by the monotonic clock; without one, not at all.
   */
  readonly isMissing: (id: string, revision: number, leftOutSince: number | undefined) => boolean;
  /** Resolves once all other members tell this one what they publish. */
  readonly areTelling: () => Promise<void>;
  /** Whether there is somebody to deliver to. */
  readonly isWanted: () => boolean;
  readonly onFault: (error: unknown) => void;
}

/** What is to be caught up with. */
export interface Missed {
  /** Whether events of a thing may be missing. */
  has(id: string): boolean;
  /** By the monotonic clock, in milliseconds: what was published before has arrived. */
  readonly since: number;
  /** Whether more of it may be committed only now, as what somebody began who is gone. */
  readonly isOpen: boolean;
}

export interface CatchUps {
  begin(missed: Missed): void;
  /** Settles once nothing is missing of a thing any more; `undefined` where nothing is. */
  holdOf(id: string): Promise<void> | undefined;
}

/** Clocks and transactions: what was recorded so much earlier may have been published after all. */
const MARGIN_MS = 2_000;
const PAGE = 500;
/** So long what is on its way by itself is waited for, which knows more than the journal does. */
const ON_ITS_WAY_MS = 150;
/** When it is looked again for what was committed late. */
const AGAIN_MS = [1_000, 5_000];
const RETRY_MS = 500;
/** Rows of a thing that pages passed over, at most; they are those of one append. */
const MOST_BETWEEN = 50;
/** Rounds that may wait; beyond, one takes the place of all. */
const MOST = 20;

interface Round extends Missed {
  readonly done: Promise<void>;
  readonly finish: () => void;
  /** Whether what comes meanwhile of a thing has to wait for it. */
  holds(id: string): boolean;
  /** Since when events may have been left out between newer ones; absent where none can. */
  readonly leftOutSince: number | undefined;
}

const sleep = (ms: number): Promise<void> => new Promise((go) => setTimeout(go, ms).unref());

/** One that does the work of several. */
function together(rounds: readonly [Round, ...Round[]]): Round {
  const [first, ...others] = rounds;
  if (others.length === 0) return first;
  const { promise, resolve } = Promise.withResolvers<void>();
  const leftOut = rounds.flatMap(({ leftOutSince }) => leftOutSince ?? []);
  return {
    since: Math.min(...rounds.map(({ since }) => since)),
    isOpen: false,
    has: (id) => rounds.some((round) => round.has(id)),
    holds: (id) => rounds.some((round) => round.holds(id)),
    leftOutSince: leftOut.length > 0 ? Math.min(...leftOut) : undefined,
    done: promise,
    finish() {
      for (const round of rounds) round.finish();
      resolve();
    },
  };
}

export function catchUps(parts: CatchUpParts): CatchUps {
  let current: Round | undefined;
  let waiting: Round[] = [];
  let isRunning = false;

  function add(missed: Missed, isLate: boolean): void {
    const { promise, resolve } = Promise.withResolvers<void>();
    const has = (id: string) => missed.has(id);
    const { since, isOpen } = missed;
    const holds = isLate ? () => false : has;
    waiting.push({
      ...{ has, since, isOpen, holds, done: promise, finish: resolve },
      leftOutSince: isLate ? since : undefined,
    });
    if (waiting.length > MOST) waiting = [together(waiting as [Round, ...Round[]])];
    if (!isRunning) void run();
  }

  /** What is noticed at once, of several members say, is caught up with together: in the order in which it was recorded. */
  async function run(): Promise<void> {
    isRunning = true;
    await setImmediate();
    while (waiting.length > 0) {
      current = together(waiting as [Round, ...Round[]]);
      waiting = [];
      await untilDone(current);
      const { finish } = current;
      current = undefined;
      finish();
    }
    isRunning = false;
  }

  /** Begins again where the database does not answer. */
  async function untilDone(round: Round): Promise<void> {
    while (parts.isWanted()) {
      try {
        await parts.areTelling();
        await read(round);
        return;
      } catch (error) {
        parts.onFault(error);
        await sleep(RETRY_MS);
      }
    }
  }

  async function read(round: Round): Promise<void> {
    let after: RecentPlace | undefined;
    let isFirst = true;
    for (let isLast = false; !isLast; ) {
      const agoMs = Math.ceil(performance.now() - round.since) + MARGIN_MS;
      const rows = await parts.recent("thing", agoMs, after, PAGE);
      isLast = rows.length < PAGE;
      after = rows.at(-1) ?? after;
      if (isLast) await sleep(ON_ITS_WAY_MS);
      const missing = rows.filter(
        (row) => round.has(row.id) && parts.isMissing(row.id, row.revision, round.leftOutSince),
      );
      for (const [id, its] of Map.groupBy(missing, (row) => row.id)) await deliver(id, its, round, isFirst);
      isFirst = false;
    }
  }

  async function deliver(
    id: string,
    rows: readonly JournalRow[],
    round: Round,
    isFirstPage: boolean,
  ): Promise<void> {
    const isMissing = ({ revision }: { revision: number }) =>
      parts.isMissing(id, revision, round.leftOutSince);
    const sorted = [...rows].sort((a, b) => a.revision - b.revision).filter(isMissing);
    const [first] = sorted;
    if (!first) return;
    const passedOver = isFirstPage ? [] : await rowsBefore(id, first.revision, round);
    const all = [...passedOver.filter(isMissing), ...sorted];
    for (const past of await parts.pastOf(id, all)) if (isMissing(past.event)) await parts.deliver(past);
  }

  /**
   * What was committed only when the page on which it belongs had been read: whoever wrote a thing after it saw it, so that it has to be
   * delivered before that.
   */
  async function rowsBefore(id: string, revision: number, { since }: Round): Promise<readonly JournalRow[]> {
    const newest = parts.newestSince(id, since - MARGIN_MS);
    if (newest === undefined || newest >= revision - 1) return [];
    return parts.between(id, Math.max(newest + 1, revision - MOST_BETWEEN), revision - 1);
  }

  return {
    begin(missed) {
      if (!parts.isWanted()) return;
      add(missed, false);
      if (!missed.isOpen) return;
      for (const ms of AGAIN_MS) setTimeout(() => add(missed, true), ms).unref();
    },
    holdOf: (id) => [current, ...waiting].find((round) => round?.holds(id))?.done,
  };
}
