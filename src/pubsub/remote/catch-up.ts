// What was lost on its way from another member is read from the journal, and delivered before anything newer of the same things.

import type { Journal, RecentPlace, RecentRow } from "../../journal/journal.ts";
import type { EntityEvent, EntityState } from "../../signals/signal.ts";

/** An event with the state that it led to, or that it deleted. */
export interface PastEvent {
  readonly event: EntityEvent;
  readonly state: EntityState;
}

export interface CatchUpParts {
  readonly recent: Journal["recent"];
  /** The events of one thing that these rows record, in the order of revisions; rejects where the database does not answer. */
  readonly pastOf: (id: string, rows: readonly RecentRow[]) => Promise<readonly PastEvent[]>;
  /** Delivers an event unless it was before. */
  readonly deliver: (past: PastEvent) => Promise<void>;
  /** Whether an event may be one of those that were lost since a time, by the monotonic clock. */
  readonly isMissing: (id: string, revision: number, since: number) => boolean;
  /** The oldest revision that has come by itself meanwhile and waits until all is caught up with. */
  readonly firstWaiting: (id: string) => number;
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
/** Rounds that may wait; beyond, one takes the place of all. */
const MOST = 20;

interface Round extends Missed {
  readonly done: Promise<void>;
  readonly finish: () => void;
  /** Whether what comes meanwhile has to wait for it. */
  readonly holds: boolean;
}

const sleep = (ms: number): Promise<void> => new Promise((go) => setTimeout(go, ms).unref());

export function catchUps(parts: CatchUpParts): CatchUps {
  let rounds: Round[] = [];
  let isRunning = false;

  function add(missed: Missed, holds: boolean): void {
    const { promise, resolve } = Promise.withResolvers<void>();
    rounds.push({ ...missed, has: (id) => missed.has(id), done: promise, finish: resolve, holds });
    if (rounds.length > MOST) join();
    if (!isRunning) void run();
  }

  /** All but the one that is at work. */
  function join(): void {
    const [first, ...others] = rounds as [Round, ...Round[]];
    const { promise, resolve } = Promise.withResolvers<void>();
    const finish = () => {
      for (const other of others) other.finish();
      resolve();
    };
    const since = Math.min(...others.map((other) => other.since));
    rounds = [first, { since, has: () => true, isOpen: false, done: promise, finish, holds: true }];
  }

  async function run(): Promise<void> {
    isRunning = true;
    for (let round = rounds[0]; round; round = rounds[0]) {
      await untilDone(round);
      rounds = rounds.filter((other) => other !== round);
      round.finish();
    }
    isRunning = false;
  }

  /** Begins again where the database does not answer. */
  async function untilDone(round: Round): Promise<void> {
    while (parts.isWanted()) {
      try {
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
    for (let isLast = false; !isLast; ) {
      const agoMs = Math.ceil(performance.now() - round.since) + MARGIN_MS;
      const rows = await parts.recent("thing", agoMs, after, PAGE);
      isLast = rows.length < PAGE;
      after = rows.at(-1) ?? after;
      if (isLast) await sleep(ON_ITS_WAY_MS);
      const missing = rows.filter(
        (row) => round.has(row.id) && parts.isMissing(row.id, row.revision, round.since),
      );
      for (const [id, its] of Map.groupBy(missing, (row) => row.id)) await deliver(id, its, round.since);
    }
  }

  async function deliver(id: string, rows: readonly RecentRow[], since: number): Promise<void> {
    const isMissing = ({ revision }: { revision: number }) =>
      revision < parts.firstWaiting(id) && parts.isMissing(id, revision, since);
    const sorted = [...rows].sort((a, b) => a.revision - b.revision).filter(isMissing);
    if (sorted.length === 0) return;
    for (const past of await parts.pastOf(id, sorted)) if (isMissing(past.event)) await parts.deliver(past);
  }

  return {
    begin(missed) {
      if (!parts.isWanted()) return;
      add(missed, true);
      if (!missed.isOpen) return;
      for (const ms of AGAIN_MS) setTimeout(() => add(missed, false), ms).unref();
    },
    holdOf: (id) => rounds.find(({ has, holds }) => holds && has(id))?.done,
  };
}
