// A real PostgreSQL behind DATABASE_URL.

import postgres from "postgres";
import { CLIENT_OPTIONS, type Client, Connection } from "./connection.ts";
import type { Database, Parameter, Query } from "./database.ts";
import { oneAtATime } from "./one-at-a-time.ts";
import { PostgresSearch } from "./postgres-search.ts";
import { Searches } from "./searches.ts";

const OLDEST = 15;
/** Connections for reads, so that none waits behind a batch. */
const READERS = 4;
/** Connections for the writes of the search index. */
const WRITERS = 2;
/** Connections for searches, each with one at a time; more than one caller's searches may take. */
const SEARCHES = 6;
/** The database itself ends a search after this time: one of which the server that asked is gone. */
const LONGEST_SEARCH_MS = 300_000;
/** How often PostgreSQL looks whether who asked for a search is still there; it can where it runs on Linux. */
const CLIENT_CHECK_MS = 1_000;
/** After this time without an answer a connection counts as dead. */
const ANSWER_MS = 10_000;

export interface PostgresOptions {
  /**
   * Batches in flight at once. One is the best on two cores: with a second, batches are half as large, and each
   * waits for the other's sync (32 writers: 0.36 ms and 70,000 rows/s with one lane, 0.57 ms and 50,000 with two).
   */
  readonly lanes?: number;
  /** Searches at work at once. */
  readonly searches?: number;
}

/**
 * Connects to PostgreSQL.
 * @throws Error naming both versions when the server is older than 15.
 */
export async function openPostgres(url: string, options: PostgresOptions = {}): Promise<Database> {
  const lanes = Array.from({ length: options.lanes ?? 1 }, () => connect(url, 1));
  try {
    const isOnLinux = await refuseOlder((lanes[0] as Connection).query);
    const searches = Array.from({ length: options.searches ?? SEARCHES }, () =>
      searchSession(url, isOnLinux ? { client_connection_check_interval: CLIENT_CHECK_MS } : {}),
    );
    return new PostgresDatabase(url, lanes, searches);
  } catch (error) {
    await Promise.all(lanes.map((lane) => lane.close()));
    throw error;
  }
}

class PostgresDatabase implements Database {
  readonly isEmbedded = false;
  readonly background: Query;
  readonly session: Database["session"];
  readonly #lanes: readonly Connection[];
  readonly #readers: Connection;
  readonly #writers: Connection;
  readonly #sessions: readonly PostgresSearch[];
  readonly #searches: Searches;
  #session: Connection | undefined;

  constructor(url: string, lanes: readonly Connection[], sessions: readonly PostgresSearch[]) {
    this.#lanes = lanes;
    this.#readers = connect(url, READERS);
    this.#writers = connect(url, WRITERS);
    this.#sessions = sessions;
    this.#searches = new Searches(sessions);
    this.background = this.#writers.query;
    this.session = oneAtATime((work) => this.#inSession(url, work));
  }

  get lanes(): number {
    return this.#lanes.length;
  }

  get query(): Database["query"] {
    return this.#readers.query;
  }

  async write(lane: number, text: string, parameters: readonly Parameter[]): Promise<void> {
    await this.#lanes[lane]!.query(text, parameters);
  }

  /** One that has a time limit is given up with its connections, on which no reads of others depend. */
  transaction: Database["transaction"] = (work, withinMs) =>
    (withinMs === undefined ? this.#readers : this.#writers).transaction(work, withinMs);

  search: Database["search"] = (text, parameters, patience) => this.#searches.run(text, parameters, patience);

  async close(): Promise<void> {
    const all = [...this.#lanes, this.#readers, this.#writers, ...this.#sessions];
    await Promise.all([this.#session?.close(0), ...all.map((connection) => connection.close())]);
  }

  /** Runs work on a connection of its own, which ends with it. */
  async #inSession<T>(url: string, work: (query: Query) => Promise<T>): Promise<T> {
    const connection = connect(url, 1);
    this.#session = connection;
    try {
      return await work(connection.unlimited);
    } finally {
      this.#session = undefined;
      await connection.close();
    }
  }
}

/**
 * Whether an error that nobody caught is postgres.js writing to a socket that it has just closed itself (3.4.9: a write that
 * was put off to the end of the turn). The statement then has no answer, which {@link Connection} notices.
 */
export const isWriteAfterClose = (error: unknown): boolean =>
  error instanceof TypeError &&
  error.message.includes("reading 'write'") &&
  /\bnextWrite\b.*postgres[\\/].*connection\.js/.test(error.stack ?? "");

const connect = (url: string, max: number): Connection =>
  new Connection(() => openClient(url, max), ANSWER_MS);

function searchSession(url: string, more: Record<string, number>): PostgresSearch {
  // What a search is about differs too much from one to the next for a plan that fits all.
  const parameters = {
    plan_cache_mode: "force_custom_plan",
    statement_timeout: LONGEST_SEARCH_MS,
    ...more,
  };
  return new PostgresSearch(() => openClient(url, 1, parameters));
}

function openClient(url: string, max: number, parameters: Record<string, string | number> = {}): Client {
  return postgres(url, {
    ...CLIENT_OPTIONS,
    max,
    connect_timeout: 5,
    // The planner guesses packed columns to be long and would compile a statement for longer than it runs.
    connection: { application_name: "pollux", TimeZone: "UTC", jit: "off", ...parameters },
  });
}

/** Says whether it runs on Linux. */
async function refuseOlder(query: Query): Promise<boolean> {
  const [row] = await query("select current_setting('server_version_num') as number, version() as text", []);
  const major = Math.floor(Number(row?.number) / 10_000);
  if (major >= OLDEST) return String(row?.text).includes("linux");
  throw new Error(
    `DATABASE_URL leads to PostgreSQL ${major}; version ${OLDEST} or later is needed. ` +
      "Upgrade that server, or unset DATABASE_URL to use the embedded database.",
  );
}
