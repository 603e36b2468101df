// A real PostgreSQL behind DATABASE_URL.

import postgres from "postgres";
import { CLIENT_OPTIONS, type Client, Connection } from "./connection.ts";
import type { Database, Parameter } from "./database.ts";

const OLDEST = 15;
/** Connections for reads, so that none waits behind a batch. */
const READERS = 4;
/** After this time without an answer a connection counts as dead. */
const ANSWER_MS = 10_000;

export interface PostgresOptions {
  /**
   * Batches in flight at once. One is the best on two cores: with a second, batches are half as large, and each
   * waits for the other's sync (32 writers: 0.36 ms and 70,000 rows/s with one lane, 0.57 ms and 50,000 with two).
   */
  readonly lanes?: number;
}

/**
 * Connects to PostgreSQL.
 * @throws Error naming both versions when the server is older than 15.
 */
export async function openPostgres(url: string, options: PostgresOptions = {}): Promise<Database> {
  const lanes = Array.from({ length: options.lanes ?? 1 }, () => connect(url, 1));
  const readers = connect(url, READERS);
  const database = new PostgresDatabase(lanes, readers);
  try {
    await refuseOlder(database);
  } catch (error) {
    await database.close();
    throw error;
  }
  return database;
}

class PostgresDatabase implements Database {
  readonly #lanes: readonly Connection[];
  readonly #readers: Connection;

  constructor(lanes: readonly Connection[], readers: Connection) {
    this.#lanes = lanes;
    this.#readers = readers;
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

  transaction: Database["transaction"] = (work) => this.#readers.transaction(work);

  async close(): Promise<void> {
    await Promise.all([...this.#lanes, this.#readers].map((connection) => connection.close()));
  }
}

function connect(url: string, max: number): Connection {
  const open = (): Client =>
    postgres(url, {
      ...CLIENT_OPTIONS,
      max,
      connect_timeout: 5,
      // The planner guesses packed columns to be long and would compile a statement for longer than it runs.
      connection: { application_name: "pollux", TimeZone: "UTC", jit: "off" },
    });
  return new Connection(open, ANSWER_MS);
}

async function refuseOlder(database: Database): Promise<void> {
  const [row] = await database.query("select current_setting('server_version_num') as version", []);
  const major = Math.floor(Number(row?.version) / 10_000);
  if (major >= OLDEST) return;
  throw new Error(
    `DATABASE_URL leads to PostgreSQL ${major}; version ${OLDEST} or later is needed. ` +
      "Upgrade that server, or unset DATABASE_URL to use the embedded database.",
  );
}
