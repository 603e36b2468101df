// The seam between what happens and what remembers it: the only truth is the sequence of events of each entity.

import type { EntityKind } from "../signals/signal.ts";

/** What rows are about: the entities of the protocol, and the connections and predictors of the server. */
export type StoredKind = EntityKind | "connection" | "predictor";

/** One event as a row. JSON columns are texts, so that numbers and key order come back as they went in. */
export interface JournalRow {
  readonly kind: StoredKind;
  readonly id: string;
  /** 1 for the first event of an entity, then without gaps, beyond its deletions. */
  readonly revision: number;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  /** `created`, `modified`, `merged` or `deleted`. */
  readonly action: string;
  /** JSON pointer of the changed part. */
  readonly path: string;
  /** JSON text of the new value; null where the event has none. */
  readonly value: string | null;
  /** JSON text of the headers that history keeps. */
  readonly headers: string | null;
  /** JSON text of what the event does to the entity's metadata; null where it leaves them alone. */
  readonly metadata: string | null;
  /**
   * Of a policy only, and only written: since when it wants to be looked at after this event, in milliseconds; null
   * where it does not any more. Absent, what was said before stays.
   */
  readonly due?: number | null;
}

/** A policy that wants to be looked at, and since when: 0 where that is not known. */
export interface PolicyDue {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly due: number;
}

/** A remembered state of an entity. `state` is JSON text, null once the entity is deleted. */
export interface SnapshotRow {
  readonly kind: StoredKind;
  readonly id: string;
  readonly revision: number;
  readonly state: string | null;
  /** Milliseconds since the epoch of the first event of this life, and of the newest. */
  readonly created: number;
  readonly modified: number;
  /** JSON text of the entity's metadata; null where it has none. */
  readonly metadata: string | null;
}

/** What is known of an entity: its newest snapshot, if any, and the rows after it in revision order. */
export interface Recorded {
  readonly snapshot: SnapshotRow | undefined;
  readonly tail: readonly JournalRow[];
}

/** A moment in the history of an entity. With both bounds, it is the earlier of the two. */
export interface Moment {
  /** Up to and with this revision. */
  readonly revision?: number;
  /** Milliseconds since the epoch that the events lie before. */
  readonly before?: number;
}

/** Names an entity. */
export interface EntityKey {
  readonly kind: StoredKind;
  readonly id: string;
}

/** How far back the rows of an entity go, and how far they could be cut; times in milliseconds since the epoch. */
export interface Reach extends EntityKey {
  /** Revision of its oldest row, and when the one after it was recorded, if there is one: since then the oldest is past. */
  readonly oldest: number;
  readonly second: number | undefined;
  /** Revision of the newest kept snapshot whose events all lie before the edge: the rows before its own can go. */
  readonly base: number | undefined;
  /** When the row after the base (or else after the oldest) was recorded, and the row so many after it as was asked for. */
  readonly next: number | undefined;
  readonly later: number | undefined;
}

/** Where a page of what was written lately ends. */
export interface RecentPlace {
  /** Milliseconds since the epoch, by the database's clock. */
  readonly recorded: number;
  readonly id: string;
  readonly revision: number;
}

/** A row with when the database wrote it. */
export type RecentRow = JournalRow & RecentPlace;

/** Told once whether the rows are committed (no error) or not; called in the order of the appends of an entity. */
export type Settled = (error?: JournalUnavailable | RevisionTaken | DataRefused) => void;

export interface Journal {
  /**
   * Writes rows of one id (of one or several kinds) in one transaction, batched with those of others.
   * A row that brings an entity into being (`created` at `/`) brings its snapshot with it, so that lists find it.
   * Rows of one id are committed in the order of their appends; when a batch fails, every later append of the
   * ids in it that was accepted before the failure was told fails too, so that no gap arises. Data that the database
   * refuses fail nothing but their own append, with {@link DataRefused}, and what follows it of its id.
   * At the bound of the queue `settled` is called with {@link JournalUnavailable} at once.
   */
  append(rows: readonly JournalRow[], settled: Settled): void;
  /**
   * Reads what is known of an entity; reads asked for at the same time share one query. Everything told as
   * committed before the call is in it. Like every read it rejects with {@link JournalUnavailable} when the
   * database does not answer.
   */
  load(kind: StoredKind, id: string): Promise<Recorded>;
  /**
   * Stores snapshots. The newest of an entity is what {@link load} starts from, and an older revision never replaces
   * it; all of them are kept for {@link loadAt}.
   */
  storeSnapshots(rows: readonly SnapshotRow[]): Promise<void>;
  /** The ids of living entities that have a snapshot, in ascending order (by code point) after `after`, at most `limit`. */
  listIds(kind: StoredKind, after: string, limit: number): Promise<readonly string[]>;
  /** The recorded events of an entity from revision `from` to `to`, both included, in order; at most `limit`. */
  readEvents(
    kind: StoredKind,
    id: string,
    from: number,
    to: number,
    limit: number,
  ): Promise<readonly JournalRow[]>;
  /**
   * Reads what an entity was made of: the newest kept snapshot up to the moment, if any, and the rows up to the moment
   * from the snapshot's own on, at most `limit`; what follows them is to be had from {@link readEvents}.
   */
  loadAt(kind: StoredKind, id: string, moment: Moment, limit: number): Promise<Recorded>;
  /**
   * How far back the rows of the entities go, in the order of ids and kinds after `after`, at most `limit` of them;
   * `later` tells of the row `ahead` revisions on.
   */
  listReach(after: EntityKey, edge: number, ahead: number, limit: number): Promise<readonly Reach[]>;
  /**
   * Deletes the oldest rows of entities, at most `limit` of each, with the snapshots kept for them: those before the
   * newest snapshot whose events all lie before `edge` (milliseconds since the epoch). That snapshot's own row stays,
   * so what {@link load} and {@link loadAt} answer from it on stays as it is. What is cut short by the limit ends
   * before a kept snapshot too, if there is one within it. Resolves with the numbers of deleted rows.
   */
  prune(keys: readonly EntityKey[], edge: number, limit: number): Promise<readonly number[]>;
  /**
   * The rows of a kind that were written in the last `agoMs` milliseconds by the database's clock, in the order of when they
   * were written, ids and revisions; those after `after`, at most `limit`. With `after`, `agoMs` counts no more. A row
   * can be seen only once its transaction is committed, some time after it was written: what was under way during one
   * reading is found by a later one that reaches back as far. Rows of versions that did not note the time are never recent.
   */
  recent(
    kind: StoredKind,
    agoMs: number,
    after: RecentPlace | undefined,
    limit: number,
  ): Promise<readonly RecentRow[]>;
  /** The policies that want to be looked at, the earliest first, then by id; those after `after`, at most `limit`. */
  listDue(after: PolicyDue, limit: number): Promise<readonly PolicyDue[]>;
  /** Says when a policy is due (null: never) of which that is listed as not known (0), and changes no other. */
  setUnknownDue(id: string, due: number | null): Promise<void>;
  /** Accepts nothing more to be appended; resolves once all that was accepted is settled. */
  finish(): Promise<void>;
  /** The same, then closes the database. */
  close(): Promise<void>;
}

/** What a journal notices by itself; who opens it decides what becomes of it. */
export type JournalObservation =
  | { readonly what: "journal-lost"; readonly lane: number; readonly reason: string }
  /** `after` milliseconds. */
  | { readonly what: "journal-back"; readonly lane: number; readonly after: number };

/** The database does not answer, or the queue in front of it is full: nothing is known to be written. */
export class JournalUnavailable extends Error {
  override readonly name = "JournalUnavailable";
  /** Whether it may be written all the same: the database was asked to, and has not answered. */
  readonly mayBeWritten: boolean;

  constructor(message: string, options: ErrorOptions & { readonly mayBeWritten?: boolean } = {}) {
    super(message, options);
    this.mayBeWritten = options.mayBeWritten ?? false;
  }
}

/** Another writer has used the revision: the cached state is stale. */
export class RevisionTaken extends Error {
  override readonly name = "RevisionTaken";
}

/** The database cannot hold what a row says, now or ever: a fault of this server's, which should not have asked. */
export class DataRefused extends Error {
  override readonly name = "DataRefused";
}
