// Queries wait in one line for a few sessions, and nobody waits longer than they want.

import { DatabaseError, type Parameter, type Patience, QUERY_CANCELED, type Row } from "./database.ts";
import { JournalUnavailable } from "./journal.ts";

/** Queries that may wait; beyond, one is refused at once. */
const MOST_WAITING = 1_000;

/** A query at work. */
export interface Running {
  readonly rows: Promise<readonly Row[]>;
  /** Asks the database to end it; resolves once nothing of that can meet the next query of the session. */
  stop(): Promise<void>;
}

/** Where one query at a time is at work. */
export interface SearchSession {
  start(text: string, parameters: readonly Parameter[]): Running;
}

interface Asked {
  readonly text: string;
  readonly parameters: readonly Parameter[];
  readonly result: PromiseWithResolvers<readonly Row[]>;
  /** While it is at work. */
  running?: Running | undefined;
  stopped?: Promise<void>;
}

export class Searches {
  readonly #free: SearchSession[];
  readonly #waiting = new Set<Asked>();
  readonly #most: number;

  constructor(sessions: readonly SearchSession[], most = MOST_WAITING) {
    this.#free = [...sessions];
    this.#most = most;
  }

  /** As {@link Database.search} promises it. Who gave up is told at once, even while the database is still at work. */
  run(text: string, parameters: readonly Parameter[], patience: Patience): Promise<readonly Row[]> {
    if (patience.signal?.aborted) return Promise.reject(canceled());
    const session = this.#free.pop();
    if (session === undefined && this.#waiting.size >= this.#most)
      return Promise.reject(new JournalUnavailable("Too many searches wait for the database."));
    const asked: Asked = { text, parameters, result: Promise.withResolvers() };
    if (session === undefined) this.#waiting.add(asked);
    else void this.#work(session, asked);
    return this.#patiently(asked, patience);
  }

  async #patiently(asked: Asked, { timeoutMs, signal }: Patience): Promise<readonly Row[]> {
    const giveUp = () => this.#giveUp(asked);
    const timer = setTimeout(giveUp, timeoutMs);
    signal?.addEventListener("abort", giveUp);
    try {
      return await asked.result.promise;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", giveUp);
    }
  }

  #giveUp(asked: Asked): void {
    asked.result.reject(canceled());
    if (this.#waiting.delete(asked) || asked.running === undefined) return;
    asked.stopped ??= asked.running.stop();
  }

  /** Answers one query after another, until none waits. */
  async #work(session: SearchSession, first: Asked): Promise<void> {
    let asked: Asked | undefined = first;
    while (asked !== undefined) {
      await answer(session, asked);
      asked = this.#next();
    }
    this.#free.push(session);
  }

  #next(): Asked | undefined {
    const [first] = this.#waiting;
    if (first !== undefined) this.#waiting.delete(first);
    return first;
  }
}

async function answer(session: SearchSession, asked: Asked): Promise<void> {
  try {
    asked.running = session.start(asked.text, asked.parameters);
    asked.result.resolve(await asked.running.rows);
  } catch (error) {
    asked.result.reject(error);
  }
  asked.running = undefined;
  await asked.stopped;
}

const canceled = () =>
  new DatabaseError("The query took too long or is not wanted any more.", QUERY_CANCELED);
