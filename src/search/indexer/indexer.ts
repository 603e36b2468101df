// Keeps the search index up with the journal: behind it, never ahead, and never losing anything.

import { setTimeout } from "node:timers/promises";
import pLimit from "p-limit";
import { AccessRows } from "./access-rows.ts";
import { Backwardness } from "./backwardness.ts";
import { CatchUp } from "./catch-up.ts";
import type { CheckReport } from "./check.ts";
import { fieldsFinder } from "./document.ts";
import { Expiries } from "./expiries.ts";
import { OthersAccess } from "./others-access.ts";
import type { IndexerParts, OnIndexed } from "./parts.ts";
import { PolicyChanges } from "./policy-changes.ts";
import type { RebuildOf } from "./rebuild.ts";
import { Steady } from "./steady.ts";
import { ThingChanges } from "./thing-changes.ts";
import { Upkeep } from "./upkeep.ts";

const MAX_WAITING = 200_000;
const DRAIN_MS = 10_000;
/** Searches that wait for rows of access while the database is away. */
const MAX_AWAITING = 1_000;

export interface IndexerStats {
  /** Things that wait to be written, and policies whose rows of access do. */
  readonly waiting: number;
  readonly policiesWaiting: number;
  /** For how long the oldest change of a thing waits, in milliseconds. */
  readonly lagMs: number;
  /** Rows of things written since the start. */
  readonly written: number;
  /** Whether the database does not answer. */
  readonly isAway: boolean;
  /** Whether things are written anew, and whether all are compared with the journal. */
  readonly isRebuilding: boolean;
  readonly isChecking: boolean;
  readonly lastCheck: CheckReport | undefined;
}

export interface Indexer {
  /**
   * A thing's event is committed. `onIndexed` is told once, when this revision or a later one is in the index, with all
   * who may find it; or with an error where that is not known.
   */
  thingChanged(id: string, revision: number, onIndexed?: OnIndexed): void;
  policyChanged(id: string, revision: number): void;
  /** Resolves once everything told before the call is in the index. */
  settled(): Promise<void>;
  /**
   * Resolves once the rows of access are written of policies told before the call, to any member of a cluster, and those that
   * a stop left undone. That may take long where many policies import one; callers bound their wait. While the database is
   * away, more than a few do not wait.
   */
  accessSettled(): Promise<void>;
  /** Something else whenever other members of a cluster may have written rows of access. */
  readonly othersAccessVersion: () => number;
  /** Writes things anew whatever the index holds, while it is in use. */
  rebuild(of: RebuildOf): Promise<{ readonly things: number }>;
  /** Compares all with the journal once, and repairs what differs. */
  check(): Promise<CheckReport>;
  stats(): IndexerStats;
  /** Writes what waits, for a bounded time; to be called when nothing is committed any more, before the journal closes. */
  stop(): Promise<void>;
}

export function startIndexer(parts: IndexerParts): Indexer {
  const { store, settings, log, cluster } = parts;
  const most = settings.maxWaiting ?? MAX_WAITING;
  const stopping = new AbortController();
  const steady = new Steady(log, stopping.signal);
  const inTurn = pLimit(1);
  const { promise: ready, resolve: begin, reject: giveUp } = Promise.withResolvers<void>();
  const onOverflow = () => upkeep.lose();
  const onFault = () => upkeep.doubt();
  const expiries = new Expiries(most, (policyId) => void policies.tell(policyId, 0));
  const access = new AccessRows(parts, expiries);
  const policies = new PolicyChanges({
    store,
    log,
    access,
    inTurn,
    steady,
    ready,
    most,
    onOverflow,
    onFault,
  });
  const things = new ThingChanges({
    ...parts,
    access,
    fieldsOf: fieldsFinder(settings.indexedFields),
    // Of others it is not known whether they are.
    isAccessBusy: () => policies.isBusy || !isAccessReady || cluster.members.length > 1,
    inTurn,
    steady,
    ready,
    intervalMs: settings.writeIntervalMs,
    lagUnderLoadMs: settings.lagUnderLoadMs,
    most,
    onOverflow,
    onFault,
  });
  const upkeep = new Upkeep({
    ...parts,
    things,
    access,
    expiries,
    inTurn,
    steady,
    policiesSettled: () => policies.settled(),
  });
  let awaitingAccess = 0;
  let isAccessReady = false;
  /** Searches go on where that failed. */
  const accessBroughtUp = upkeep.accessReady.then(
    () => {
      isAccessReady = true;
    },
    () => undefined,
  );
  upkeep.ready.then(begin, giveUp);
  ready.catch(() => undefined);
  const backwardness = new Backwardness({
    store,
    cluster,
    waitMs: settings.writeIntervalMs + settings.lagUnderLoadMs,
    lagMs: () => Math.max(things.lagMs, policies.lagMs, catchUp.lagMs),
  });
  const catchUp: CatchUp = new CatchUp({
    ...parts,
    steady,
    backwardness,
    tendedAgo: () => upkeep.mark.tendedAgo(),
    tell: (kind, id, revision) =>
      kind === "policy" ? policies.tell(id, revision) : things.rewrite(id, revision),
    settled: (kind) => (kind === "policy" ? policies.settled() : things.settled()),
    signal: stopping.signal,
  });
  const othersAccess = new OthersAccess({
    cluster,
    settled: ownAccessSettled,
    isBusy: () => policies.isBusy,
  });
  const watching = backwardness.watch(stopping.signal);

  async function ownAccessSettled(): Promise<void> {
    await accessBroughtUp;
    await upkeep.accessReady.catch(() => undefined);
    await policies.settled();
  }

  async function settled(): Promise<void> {
    await catchUp.looked();
    await policies.settled();
    await things.settled();
    await upkeep.recovered();
  }

  async function stop(): Promise<void> {
    upkeep.stop();
    expiries.close();
    things.drain();
    const isDrained = !steady.isAway && (await within(settings.drainMs ?? DRAIN_MS, settled()));
    stopping.abort();
    things.abandon();
    const asleep = Promise.all([things.asleep(), policies.asleep(), upkeep.stopped(), watching]);
    const isDone = (await within(DRAIN_MS, asleep)) && isDrained;
    await within(DRAIN_MS, end(isDone));
  }

  async function end(isDone: boolean): Promise<void> {
    try {
      if (isDone) await upkeep.markClean();
      else await upkeep.leaveDoubt();
      if (!cluster.isAlone) await backwardness.forget(cluster.self.id);
    } catch (err) {
      log.warn({ err }, "the search index is not marked clean");
    }
  }

  return {
    thingChanged: (id, revision, onIndexed) => things.tell(id, revision, onIndexed),
    policyChanged: (id, revision) => {
      othersAccess.announce();
      policies.tell(id, revision);
    },
    settled,
    accessSettled: async () => {
      // Who gave up waiting is not forgotten before it is over.
      if (awaitingAccess >= MAX_AWAITING && steady.isAway) return;
      awaitingAccess++;
      try {
        await Promise.all([ownAccessSettled(), othersAccess.settled()]);
      } finally {
        awaitingAccess--;
      }
    },
    othersAccessVersion: () => othersAccess.version,
    rebuild: (of) => upkeep.rebuild(of),
    check: () => upkeep.check(),
    stats: () => ({
      waiting: things.waiting,
      policiesWaiting: policies.waiting,
      lagMs: things.lagMs,
      written: things.written,
      isAway: steady.isAway,
      isRebuilding: upkeep.isRebuilding,
      isChecking: upkeep.isChecking,
      lastCheck: upkeep.lastCheck,
    }),
    stop,
  };
}

/** Whether it came to its end in time. */
async function within(milliseconds: number, work: Promise<unknown>): Promise<boolean> {
  const ended = work.then(
    () => true,
    () => false,
  );
  return Promise.race([ended, setTimeout(milliseconds, false, { ref: false })]);
}
