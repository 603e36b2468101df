// Appends of which nobody knows whether they are committed: the database was asked to, and its answer was lost. What is in the journal
// is as good as any other event, so those who are to be told of events are told of it, before anything newer of the same entity.

import { setTimeout as pause } from "node:timers/promises";
import type { Cluster } from "../cluster/cluster.ts";
import { type Journal, type JournalRow, JournalUnavailable, type Recorded } from "../journal/journal.ts";
import type { EntityKind } from "../signals/signal.ts";
import type { Entities, Untold } from "./entities.ts";

/** On the wire: the owner of an entity is to look after what another member could not. */
const UNCONFIRMED = "unconfirmed";
/** Entities that are remembered; beyond, what was committed of more is told to nobody. */
const MOST = 20_000;
/** Looked at together. */
const BATCH = 200;
const RETRY_MS = 250;
/** After so long it is looked once more for what the database committed late; after that never again. */
const AGAIN_MS = 5_000;
/** Rows of one entity that are told at most: an append has a few, and nothing follows one that failed. */
const MOST_ROWS = 1_000;
/** How long letting go of an entity may wait for the database. */
const RELEASE_MS = 2_000;

/** Tells of some rows of an entity in the order of revisions. Rejects with JournalUnavailable. */
export type TellOfRows = (kind: EntityKind, id: string, rows: readonly JournalRow[]) => Promise<void>;

export interface UnconfirmedParts {
  readonly journal: Journal;
  readonly cluster: Cluster;
  readonly entities: (kind: EntityKind) => Entities;
  readonly tell: TellOfRows;
  /** Told of what cannot be looked after. */
  readonly onFault: (error: unknown) => void;
}

export interface Unconfirmed {
  /** After this revision of an entity something may be committed that nobody was told of. */
  note(kind: EntityKind, id: string, revision: number): void;
  /** Everybody was told of this revision of an entity, and so of all before it. */
  confirmed(kind: EntityKind, id: string, revision: number): void;
  /** To be awaited before anybody is given what was read of an entity. */
  readonly told: Untold;
  /** Tells of what this member lets go of, as far as the database answers in time, and has those look on who own it next. */
  release(has: (id: string) => boolean): Promise<void>;
  stop(): void;
}

interface Doubt {
  readonly kind: EntityKind;
  readonly id: string;
  /** Everybody was told of the events up to this one. */
  revision: number;
  /** Whether another member wrote it, which this one may have gone on from. */
  readonly isOthers: boolean;
  /** By the monotonic clock. */
  dueAt: number;
  isSecondLook: boolean;
  /** Settles with the look that was asked for last. */
  looked: Promise<void>;
}

const keyOf = (kind: EntityKind, id: string): string => `${kind} ${id}`;

/** Makes it; what other members ask to be looked after is taken from now on. */
export function unconfirmed(parts: UnconfirmedParts): Unconfirmed {
  const { journal, cluster, entities } = parts;
  const doubts = new Map<string, Doubt>();
  const stopping = new AbortController();
  let isRunning = false;

  function note(kind: EntityKind, id: string, revision: number, isOthers = false): void {
    const dueAt = performance.now() + RETRY_MS;
    const known = doubts.get(keyOf(kind, id));
    if (known) {
      Object.assign(known, { revision: Math.max(revision, known.revision), dueAt, isSecondLook: false });
      return;
    }
    if (doubts.size >= MOST) {
      parts.onFault(new Error(`too much is unconfirmed: what is committed of ${id} may be told to nobody`));
      return;
    }
    const looked = Promise.resolve();
    doubts.set(keyOf(kind, id), { kind, id, revision, isOthers, dueAt, isSecondLook: false, looked });
    if (!isRunning) void run();
  }

  async function run(): Promise<void> {
    isRunning = true;
    while (doubts.size > 0 && !stopping.signal.aborted) {
      await pause(RETRY_MS, undefined, { ref: false });
      const now = performance.now();
      const due = [...doubts.values().filter(({ dueAt }) => dueAt <= now)].slice(0, BATCH);
      // Where the database does not answer, they are due again.
      await Promise.allSettled(due.map(lookInTurn));
    }
    isRunning = false;
  }

  async function lookInTurn(doubt: Doubt): Promise<void> {
    // What another member owns by now it looks after: this one must not tell of it after that one told of something newer.
    if (entities(doubt.kind).owns(doubt.id)) await look(doubt);
    else handOver(doubt);
  }

  /** After those that have begun: what was noted meanwhile they may have missed. */
  function look(doubt: Doubt, recorded?: Recorded): Promise<void> {
    doubt.looked = doubt.looked.catch(() => undefined).then(() => lookNow(doubt, recorded));
    return doubt.looked;
  }

  async function lookNow(doubt: Doubt, recorded: Recorded | undefined): Promise<void> {
    try {
      if (!(await tellOfRows(doubt, recorded))) return;
    } catch (error) {
      if (error instanceof JournalUnavailable) throw error;
      parts.onFault(error);
    }
    const now = performance.now();
    if (!doubt.isSecondLook) Object.assign(doubt, { isSecondLook: true, dueAt: now + AGAIN_MS });
    else if (doubt.dueAt <= now) doubts.delete(keyOf(doubt.kind, doubt.id));
  }

  /** Whether all is told that is committed by now; while something is being written that cannot be known. */
  async function tellOfRows(doubt: Doubt, recorded: Recorded | undefined): Promise<boolean> {
    const { kind, id } = doubt;
    const { snapshot, tail } = recorded ?? (await journal.load(kind, id));
    const newest = tail.at(-1)?.revision ?? snapshot?.revision ?? 0;
    const store = entities(kind);
    const held = store.peek(id);
    if (held && held.pending > 0) return false;
    const told = doubt.revision;
    if (newest <= told) return true;
    // Nothing newer is decided before this is told.
    if (held) store.expire(id, newest);
    const rows = tail.some(({ revision }) => revision === told + 1)
      ? tail.filter(({ revision }) => revision > told)
      : await journal.readEvents(kind, id, told + 1, newest, MOST_ROWS);
    if (rows.length > 0) await parts.tell(kind, id, rows);
    doubt.revision = newest;
    return true;
  }

  /** Who owns it though its lease does not hold keeps it, and waits. */
  function handOver({ kind, id, revision }: Doubt): void {
    const owner = cluster.ownerOf(id);
    if (owner === cluster.self.id) return;
    doubts.delete(keyOf(kind, id));
    cluster.wire.tell(owner, UNCONFIRMED, JSON.stringify({ kind, id, revision }));
  }

  cluster.wire.onTold(UNCONFIRMED, (payload) => {
    const { kind, id, revision } = JSON.parse(payload) as Pick<Doubt, "kind" | "id" | "revision">;
    note(kind, id, revision, true);
  });

  return {
    note: (kind, id, revision) => note(kind, id, revision),
    confirmed(kind, id, revision) {
      const doubt = doubts.size > 0 ? doubts.get(keyOf(kind, id)) : undefined;
      // What another member had in doubt is older than what was written here, until it was looked at.
      if (doubt && (!doubt.isOthers || doubt.isSecondLook))
        doubt.revision = Math.max(doubt.revision, revision);
    },
    told(kind, id, recorded) {
      const doubt = doubts.size > 0 ? doubts.get(keyOf(kind, id)) : undefined;
      // Who does not own it must not tell of what the owner tells.
      return doubt && entities(kind).owns(id) ? look(doubt, recorded) : undefined;
    },
    async release(has) {
      const those = [...doubts.values().filter(({ id }) => has(id))];
      if (those.length === 0) return;
      const looks = Promise.allSettled(those.map((doubt) => look(doubt)));
      await Promise.race([looks, pause(RELEASE_MS, undefined, { ref: false })]);
      for (const doubt of those) handOver(doubt);
    },
    stop: () => stopping.abort(),
  };
}
