// The index in the journal's database.

import {
  type Database,
  DatabaseError,
  QUERY_CANCELED,
  type Query,
  type Row,
} from "../../journal/database.ts";
import { JournalUnavailable } from "../../journal/journal.ts";
import type { Statement } from "../statement.ts";
import { QueryCancelled, type SearchStore } from "../store.ts";
import {
  accessFrom,
  compareAccess,
  deleteAccess,
  expiringAccess,
  knownAccess,
  partialRules,
  putAccess,
} from "./access-statements.ts";
import { sharedWrites } from "./shared-writes.ts";
import { dropState, momentAgo, replaceState, setMoment, setState, state } from "./state-statements.ts";
import { collectStatistics } from "./statistics.ts";
import {
  compareThings,
  countThings,
  listThings,
  putStatement,
  putThings,
  type Watch,
} from "./thing-statements.ts";

/** A write that is shared with other servers takes no longer than this, in milliseconds, or its connection is given up. */
const SHARED_MS = 30_000;

/**
 * The search index of a migrated database, which others close. All it does rejects with JournalUnavailable where that
 * does not answer. `watch` is told of all things that are written.
 * Where it `isShared`, other servers write as well, and none of them puts what is older in the place of what is newer.
 */
export function storedIndex(database: Database, watch?: Watch, isShared = false): SearchStore {
  const put = putStatement(watch?.conditions ?? []);
  const statistics = collectStatistics(database);
  const read: Query = (text, parameters) => told(database.query(text, parameters));
  const work: Query = (text, parameters) => told(database.background(text, parameters));
  const writes: Pick<SearchStore, "putThings" | "putAccess" | "deleteAccess"> = isShared
    ? sharedWrites({ work, transaction: (steps) => told(database.transaction(steps, SHARED_MS)) }, watch)
    : {
        putThings: (rows, gone) => putThings(work, rows, gone, put, watch),
        putAccess: (rows) => putAccess(work, rows).then(() => []),
        deleteAccess: (keys) => deleteAccess(work, keys),
      };
  return {
    ...writes,
    knownAccess: (keys) => knownAccess(work, keys),
    accessFrom: (source, after, limit) => accessFrom(work, source, after, limit),
    compareThings: (after, limit) => compareThings(work, after, limit),
    compareAccess: (after, limit) => compareAccess(work, after, limit),
    expiringAccess: (after, limit) => expiringAccess(work, after, limit),
    countThings: () => countThings(work),
    listThings: (after, limit, namespace) => listThings(work, after, limit, namespace),
    partialRules: (subjects) => partialRules(read, subjects),
    run: (
      { text, parameters }: Statement,
      timeoutMs: number,
      signal?: AbortSignal,
    ): Promise<readonly Row[]> => told(database.search(text, parameters, { timeoutMs, signal })),
    watchesTime: database.isEmbedded,
    state: (name, make) => state(read, name, make),
    setState: (name, value) => setState(read, name, value),
    replaceState: (name, from, to) => replaceState(read, name, from, to),
    setMoment: (name, agoMs) => setMoment(read, name, agoMs),
    momentAgo: (name) => momentAgo(read, name),
    dropState: (name) => dropState(read, name),
    analyze: () => told(statistics()),
  };
}

/** PostgreSQL's word that it cannot serve anybody now: connection exceptions, insufficient resources, shutting down. */
const AWAY = /^(?:08|53|57P0)/;

async function told<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw toldAs(error);
  }
}

/** What a failure of the database means to those who search. */
function toldAs(error: unknown): unknown {
  if (!(error instanceof DatabaseError)) return error;
  const { sqlState, message } = error;
  if (sqlState === QUERY_CANCELED) return new QueryCancelled(message, { cause: error });
  if (sqlState === undefined || AWAY.test(sqlState)) return new JournalUnavailable(message, { cause: error });
  return error;
}
