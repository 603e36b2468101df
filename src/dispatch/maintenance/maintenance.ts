// Blocking namespaces and erasing them (operating-devops page, "Erasing data within a namespace"). Blocking is stored, so that it
// outlives restarts, and known to all members of a cluster before it is answered.

import { setTimeout as pause } from "node:timers/promises";
import type { Cluster } from "../../cluster/cluster.ts";
import { untilLeader } from "../../cluster/until-leader.ts";
import type { Database } from "../../journal/database.ts";
import type { Entities } from "../entities.ts";
import { BlockedNamespaces } from "./blocked-namespaces.ts";
import { namespaceNotBlocked, purgeUnfinished, tooManyBlocked } from "./errors.ts";
import { added, type Purged, purgeNamespace } from "./purge.ts";
import {
  addBlocked,
  type Blocked,
  beginPurge,
  endPurge,
  listBlocked,
  removeBlocked,
} from "./stored/blocked-statements.ts";

export interface MaintenanceParts {
  readonly database: Database;
  readonly cluster: Cluster;
  readonly blocked: BlockedNamespaces;
  readonly things: Pick<Entities, "settledOf" | "forget">;
  readonly policies: Pick<Entities, "settledOf" | "forget">;
  /** Stores the snapshots that are due; those of blocked namespaces are left out. */
  readonly flushSnapshots: () => Promise<void>;
  /** Writes what is indexed of a namespace anew, so that nothing of it is left. */
  readonly reindex: (namespace: string) => Promise<unknown>;
  /** Told on each member when a namespace is blocked there: nothing of it is to be kept in memory. Must not throw. */
  readonly onBlocked?: (namespace: string) => Promise<void> | void;
  readonly log: {
    info(fact: object, message: string): void;
    warn(fact: object, message: string): void;
  };
}

export interface Maintenance {
  /**
   * Has everything about entities of a namespace refused with `namespace.blocked`. Resolves once no member answers for them any
   * more, and what was begun before is committed or has failed. Rejects with a DatabaseError, and with `too.many.requests` at the bound.
   */
  block(namespace: string): Promise<void>;
  /** Ends that; refused while the namespace is erased in part only. */
  unblock(namespace: string): Promise<void>;
  /**
   * Erases all that is stored of a blocked namespace; of several callers at once all wait for the same work. What is begun is gone
   * on with by the next call, and by whoever leads the cluster. Refused where the namespace is not blocked.
   */
  purge(namespace: string): Promise<Purged>;
  /** All that are blocked, in order. */
  list(): Promise<readonly Blocked[]>;
  /** Goes on, whenever this member leads, with what others left half done; to be called once it has entered the cluster. */
  start(): void;
  /** Resolves when what is going on has ended; who leads next, or the next start, goes on with it. */
  stop(): Promise<void>;
}

/** Each costs a name in memory and a look of each command. */
const MOST_BLOCKED = 1_000;

const TOPIC = "namespace";

/** What failed is tried again after so many milliseconds: reading what is blocked, and going on with erasing. */
const READ_AGAIN_MS = 1_000;
const GO_ON_AGAIN_MS = 10_000;

/** What members tell one another. */
interface Told {
  readonly says: "block" | "forget" | "unblock";
  readonly namespace: string;
}

/** Makes the set that the guards look at; to be read before anything is served. */
export const blockedNamespaces = (database: Database): BlockedNamespaces =>
  new BlockedNamespaces(async () => (await listBlocked(database)).map(({ namespace }) => namespace));

/** Makes it; `blocked` is read already. Topics of the wire are answered from now on. */
export function maintenance(parts: MaintenanceParts): Maintenance {
  const { database, cluster, blocked, log } = parts;
  const stopping = new AbortController();
  const stopped = new Promise((resolve) => stopping.signal.addEventListener("abort", resolve));
  const purging = new Map<string, Promise<Purged>>();

  /** Nothing of the namespace is answered here any more once this resolves, and nothing of it is kept; nor where it rejects. */
  async function closeHere(namespace: string): Promise<void> {
    blocked.add(namespace);
    const has = isOf(namespace);
    try {
      await Promise.all([parts.things.settledOf(has), parts.policies.settledOf(has)]);
      await parts.flushSnapshots();
    } finally {
      await forgetHere(namespace);
    }
  }

  /** What goes on by itself may have loaded something since. */
  async function forgetHere(namespace: string): Promise<void> {
    parts.things.forget(isOf(namespace));
    parts.policies.forget(isOf(namespace));
    await parts.onBlocked?.(namespace);
  }

  async function takeHere({ says, namespace }: Told): Promise<void> {
    if (says === "block") await closeHere(namespace);
    else if (says === "forget") await forgetHere(namespace);
    else blocked.remove(namespace);
  }

  /** Resolves when each member has done it, or answers for nothing any more. What fails here is told to the others all the same. */
  async function everywhere(told: Told): Promise<void> {
    try {
      await takeHere(told);
    } finally {
      await cluster.wire.requestAll(TOPIC, JSON.stringify(told));
    }
  }

  cluster.wire.onRequest(TOPIC, async (payload) => {
    await takeHere(JSON.parse(payload) as Told);
    return "";
  });

  let readingAgain: NodeJS.Timeout | undefined;
  const readAgain = (): void => {
    blocked.read().catch((error: unknown) => {
      if (readingAgain !== undefined || stopping.signal.aborted) return;
      log.warn({ err: error }, "which namespaces are blocked could not be read; trying again");
      readingAgain = setTimeout(() => {
        readingAgain = undefined;
        readAgain();
      }, READ_AGAIN_MS);
      readingAgain.unref();
    });
  };
  const unwatch = cluster.watch({ acquired: readAgain, renewed: readAgain });

  async function run(namespace: string): Promise<Purged> {
    if (!(await beginPurge(database, namespace))) throw namespaceNotBlocked(namespace);
    // Members that came since are told too, and what was begun anywhere is waited for.
    await everywhere({ says: "block", namespace });
    const gone = await purgeNamespace(database, namespace, stopping.signal);
    await everywhere({ says: "forget", namespace });
    await parts.reindex(namespace);
    // What was being written when it was forgotten, as states of predictors, may have come since.
    const late = await purgeNamespace(database, namespace, stopping.signal);
    await endPurge(database, namespace);
    const all = added(gone, late);
    log.info({ namespace, gone: all }, "a namespace was erased");
    return all;
  }

  function purge(namespace: string): Promise<Purged> {
    const known = purging.get(namespace);
    if (known !== undefined) return known;
    const work = run(namespace).finally(() => purging.delete(namespace));
    purging.set(namespace, work);
    return work;
  }

  async function goOn(): Promise<void> {
    for (const { namespace, purge: state } of await listBlocked(database)) {
      if (state === "running") await purge(namespace);
    }
  }

  /** Who began may have crashed, so one looks with each other view, and again where it fails. */
  async function goOnAgainAndAgain(): Promise<void> {
    const { signal } = stopping;
    while (!signal.aborted) {
      await untilLeader(cluster, signal);
      if (signal.aborted) return;
      const changed = cluster.nextChange();
      try {
        await goOn();
        if (cluster.isAlone) return;
        await Promise.race([changed, stopped]);
      } catch (error) {
        if (signal.aborted) return;
        log.warn({ err: error }, "erasing a namespace could not be gone on with; trying again");
        await pause(GO_ON_AGAIN_MS, undefined, { signal, ref: false }).catch(() => undefined);
      }
    }
  }
  let going: Promise<void> | undefined;

  return {
    async block(namespace) {
      const known = await listBlocked(database);
      if (known.length >= MOST_BLOCKED && !known.some((one) => one.namespace === namespace))
        throw tooManyBlocked(MOST_BLOCKED);
      await addBlocked(database, namespace, Date.now());
      await everywhere({ says: "block", namespace });
      log.info({ namespace }, "a namespace is blocked");
    },

    async unblock(namespace) {
      await removeBlocked(database, namespace);
      const left = await listBlocked(database);
      if (left.some((one) => one.namespace === namespace)) throw purgeUnfinished(namespace);
      await everywhere({ says: "unblock", namespace });
      log.info({ namespace }, "a namespace is not blocked any more");
    },

    purge,
    list: () => listBlocked(database),

    start() {
      going = goOnAgainAndAgain();
    },

    async stop() {
      unwatch();
      clearTimeout(readingAgain);
      stopping.abort(new Error("The server stops."));
      await Promise.allSettled([going, ...purging.values()]);
    },
  };
}

const isOf = (namespace: string): ((id: string) => boolean) => {
  const prefix = `${namespace}:`;
  return (id) => id.startsWith(prefix);
};
