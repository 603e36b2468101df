// Asking the index: as whom, when, for how long.

import type { Row } from "../../journal/database.ts";
import { JournalUnavailable } from "../../journal/journal.ts";
import type { AuthContext } from "../../signals/signal.ts";
import type { Statement } from "../statement.ts";
import { QueryCancelled } from "../store.ts";
import type { Caller, Circumstances } from "../wanted.ts";
import { callers } from "./callers.ts";
import type { Allowed } from "./deadline.ts";
import { searchUnavailable } from "./errors.ts";
import type { SearchParts } from "./parts.ts";
import { type SearchDone, slowLog } from "./slow-log.ts";
import { SearchTurns, turnLimits } from "./turns.ts";

/** How long a search waits for the index to know of new policies, in milliseconds. */
const SETTLING_MS = 2_000;

export type MakeStatement = (caller: Caller, circumstances: Circumstances) => Statement;

export interface Question {
  readonly make: MakeStatement;
  readonly auth: AuthContext;
  /** Milliseconds since the epoch: what `time:now` stands for. */
  readonly now: number;
  /** What the log tells of it if it is slow. */
  readonly about: Omit<SearchDone, "durationMs" | "found">;
  /** How many an answer means, where that is not its rows. */
  readonly foundIn?: (rows: readonly Row[]) => number;
}

/**
 * Answers a question when the turn of who asks has come. Rejects with the reason of the signal when it is given up, and
 * with 503 when the database does not answer.
 */
export type Ask = (question: Question, allowed: Allowed) => Promise<readonly Row[]>;

export function asking(parts: SearchParts): Ask {
  const { store, isIndexed, accessSettled, accessVersion, settings } = parts;
  const callerOf = callers(store, accessVersion);
  const turns = new SearchTurns(parts.limits ?? turnLimits);
  const logSlow = slowLog(settings, parts.log);

  async function run({ make, auth, now }: Question, { signal, left }: Allowed) {
    signal.throwIfAborted();
    const caller = await callerOf(auth);
    const deadline = store.watchesTime ? Date.now() + left() : undefined;
    return store.run(make(caller, { now, deadline, isIndexed }), left(), signal);
  }

  async function ask(question: Question, allowed: Allowed) {
    try {
      await briefly(accessSettled());
      return await turns.take(question.auth.subjects[0] ?? "", () => run(question, allowed));
    } catch (error) {
      if (error instanceof JournalUnavailable) throw searchUnavailable();
      if (!(error instanceof QueryCancelled)) throw error;
      throw allowed.signal.aborted ? allowed.signal.reason : allowed.tooLate();
    }
  }

  return async (question, allowed) => {
    const start = performance.now();
    let found: number | undefined;
    try {
      const rows = await ask(question, allowed);
      found = question.foundIn?.(rows) ?? rows.length;
      return rows;
    } finally {
      const durationMs = performance.now() - start;
      logSlow({ ...question.about, durationMs, found });
      parts.onDone?.(durationMs);
    }
  };
}

/** Waits for something, but not long: searches go on while policies cannot be looked up. */
async function briefly(settled: Promise<void>): Promise<void> {
  const over = Promise.withResolvers<void>();
  const timer = setTimeout(over.resolve, SETTLING_MS);
  try {
    await Promise.race([settled, over.promise]);
  } finally {
    clearTimeout(timer);
  }
}
