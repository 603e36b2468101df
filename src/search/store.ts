// The index as its users see it: rows of things and of who may read them, and statements on them.

import type { Row } from "../journal/database.ts";
import type { Statement } from "./statement.ts";

/** What the index knows of one thing. */
export interface ThingRow {
  readonly id: string;
  readonly revision: number;
  /** Empty where the thing has none. */
  readonly policyId: string;
  /** The JSON text of the thing with its special fields, which PostgreSQL's jsonb accepts. */
  readonly thing: string;
  /** As keys.ts makes them of the thing. */
  readonly keys: readonly number[];
}

/** A thing that is no more. */
export interface GoneRow {
  readonly id: string;
  readonly revision: number;
}

/** For whose things of which namespace an {@link AccessRow} is. */
export interface AccessKey {
  readonly policyId: string;
  readonly namespace: string;
}

/** Who may read what of the things of a namespace that use a policy; see `search_access` in schema/tables.ts. */
export interface AccessRow extends AccessKey {
  readonly version: string;
  readonly sources: readonly string[];
  readonly readers: readonly string[];
  readonly partial: readonly string[];
  /** By JSON pointer of the resource, `/` being the thing: subjects to whom READ is granted, and from whom it is revoked. */
  readonly rules: Readonly<
    Record<string, { readonly g?: readonly string[]; readonly r?: readonly string[] }>
  >;
}

/** Whether READ is granted to a caller, by the pointers of the resources that name him; a revoke wins there. */
export type OwnRules = Readonly<Record<string, boolean>>;

/** How far a thing is in the journal and in the index; `undefined` where it does not exist there. */
export interface Compared {
  readonly id: string;
  readonly recorded: number | undefined;
  readonly indexed: number | undefined;
}

export interface SearchStore {
  /**
   * Writes rows of things in one transaction; a row never replaces one of a later revision. Resolves with the keys of access that
   * the rows need and that have no row, where others write as well.
   */
  putThings(rows: readonly ThingRow[], gone: readonly GoneRow[]): Promise<readonly AccessKey[]>;
  /**
   * Writes rows of access in one transaction. Resolves with the keys of those that were not written, since others have
   * written newer ones, or some at the same time: they are to be compiled again.
   */
  putAccess(rows: readonly AccessRow[]): Promise<readonly AccessKey[]>;
  /** Deletes rows of access; where others write as well only those that no thing needs by then, if any. */
  deleteAccess(keys: readonly AccessKey[]): Promise<void>;
  /** Which of the keys have a row. */
  knownAccess(keys: readonly AccessKey[]): Promise<readonly AccessKey[]>;
  /** The rows of access, in the order of their keys, after `after`, that a policy counts in; at most `limit`. */
  accessFrom(source: string, after: AccessKey | undefined, limit: number): Promise<readonly AccessKey[]>;
  /**
   * Compares journal and index thing by thing, in the order of ids after `after`, `limit` at a time: what differs, and
   * where to go on; `next` is absent at the end.
   */
  compareThings(
    after: string,
    limit: number,
  ): Promise<{ readonly differing: readonly Compared[]; readonly next: string | undefined }>;
  /**
   * Compares the rows of access with the journal's revisions of their sources, with the time, and with what things need: the keys of
   * rows that are out of date or missing, and of those that no thing uses any more.
   */
  compareAccess(
    after: AccessKey | undefined,
    limit: number,
  ): Promise<{
    readonly stale: readonly AccessKey[];
    readonly unused: readonly AccessKey[];
    readonly next: AccessKey | undefined;
  }>;
  /**
   * The rows of access that are out of date from a moment on (in milliseconds since the epoch) even if their sources
   * stay as they are, in the order of their keys after `after`; at most `limit`.
   */
  expiringAccess(
    after: AccessKey | undefined,
    limit: number,
  ): Promise<readonly (AccessKey & { readonly until: number })[]>;
  /** How many things are indexed. */
  countThings(): Promise<number>;
  /** The ids of indexed things, in order after `after`, of a namespace or of all; at most `limit`. */
  listThings(after: string, limit: number, namespace?: string): Promise<readonly string[]>;
  /**
   * What the rows of access say to the subjects that let them read something, but not all of a thing; what many rows say
   * comes once. Nothing where they may read whole whatever they may find; `undefined` where that is too much to look at.
   */
  partialRules(subjects: readonly string[]): Promise<readonly OwnRules[] | undefined>;
  /**
   * Runs a query. It is cancelled when it takes longer, or `signal` says so: rejects with {@link QueryCancelled}.
   * Rejects with {@link JournalUnavailable} when the database does not answer.
   */
  run(statement: Statement, timeoutMs: number, signal?: AbortSignal): Promise<readonly Row[]>;
  /** Whether statements have to watch the time by themselves (`Circumstances.deadline`). */
  readonly watchesTime: boolean;
  /** What is kept under a name, made with `make` when there is nothing yet. */
  state(name: string, make: () => string): Promise<string>;
  setState(name: string, value: string): Promise<void>;
  /** Puts another text under a name where it is as it was; resolves with whether that was so. */
  replaceState(name: string, from: string, to: string): Promise<boolean>;
  /** Keeps a moment under a name, so many milliseconds ago by the database's clock. */
  setMoment(name: string, agoMs: number): Promise<void>;
  /** How many milliseconds ago the moment is by now that is kept under a name; `undefined` where there is none. */
  momentAgo(name: string): Promise<number | undefined>;
  dropState(name: string): Promise<void>;
  /** Brings the planner's statistics up to date; where the database can do it beside all else, nobody waits for it. */
  analyze(): Promise<void>;
}

/** A query took longer than it may, or is not wanted any more. */
export class QueryCancelled extends Error {
  override readonly name = "QueryCancelled";
}
