// One or several connections to a database that may go away: whatever happens to them, the next statement gets a new one.

import type postgres from "postgres";
import { DatabaseError, type Parameter, type Query, type Row } from "./database.ts";

/** What every postgres.js client of the server has in common. */
export const CLIENT_OPTIONS = {
  // Our retries are the writer's; a connection that died is opened anew with the next statement.
  backoff: false,
  max_lifetime: null,
  // Types come with each prepared statement.
  fetch_types: false,
  onnotice: () => undefined,
  types: {
    bigint: { to: 20, from: [20], serialize: String, parse: Number },
    // Neither parsed nor printed: whoever sends or gets JSON wants its text.
    json: { to: 3802, from: [114, 3802], serialize: String, parse: String },
  },
} satisfies postgres.Options<Types>;

type Types = { bigint: postgres.PostgresType<number>; json: postgres.PostgresType<string> };
export type ClientOptions = postgres.Options<Types>;
export type Client = postgres.Sql<{ bigint: number; json: string }>;
type Transaction = postgres.TransactionSql<{ bigint: number; json: string }>;

/** After its connection was given up, so long a statement is waited for. */
const GIVE_UP_MS = 1_000;

/**
 * A client that is replaced as soon as a statement has no answer within the time limit: a frozen database is then
 * like one that is gone. Statements under way on the replaced client fail.
 */
export class Connection {
  readonly #open: () => Client;
  readonly #limit: number;
  #client: Client;

  constructor(open: () => Client, limit: number) {
    this.#open = open;
    this.#limit = limit;
    this.#client = open();
  }

  readonly query: Query = (text, parameters) =>
    this.#limited((client) => run(client, text, parameters, parameters.length > 0));

  /** Runs a statement that the database shall not remember. */
  readonly once: Query = (text, parameters) =>
    this.#limited((client) => run(client, text, parameters, false));

  /** Runs a statement that takes as long as it takes. */
  readonly unlimited: Query = (text, parameters) => run(this.#client, text, parameters, false);

  /** Without a time limit it may wait for another server's lock. */
  transaction<T>(work: (query: Query) => Promise<T>, withinMs?: number): Promise<T> {
    if (withinMs === undefined) return begin(this.#client, work);
    return this.#limited((client) => begin(client, work), withinMs);
  }

  /** Ends it; statements under way have so many seconds. */
  async close(patience = 5): Promise<void> {
    await this.#client.end({ timeout: patience });
  }

  async #limited<T>(work: (client: Client) => Promise<T>, withinMs = this.#limit): Promise<T> {
    const client = this.#client;
    const { promise: never, reject } = Promise.withResolvers<never>();
    let timer = setTimeout(() => {
      this.#replace(client);
      // Of a statement that got lost on its way the library does not tell even then.
      timer = setTimeout(() => reject(new DatabaseError("There was no answer.", undefined)), GIVE_UP_MS);
    }, withinMs);
    try {
      return await Promise.race([work(client), never]);
    } finally {
      clearTimeout(timer);
    }
  }

  #replace(client: Client): void {
    if (this.#client !== client) return;
    this.#client = this.#open();
    client.end({ timeout: 0 }).catch(() => undefined);
  }
}

async function run(
  client: Client | Transaction,
  text: string,
  parameters: readonly Parameter[],
  prepare: boolean,
): Promise<readonly Row[]> {
  try {
    return await client.unsafe<Row[]>(text, [...parameters], { prepare });
  } catch (error) {
    throw databaseError(error);
  }
}

async function begin<T>(client: Client, work: (query: Query) => Promise<T>): Promise<T> {
  try {
    const result = await client.begin(async (transaction) => ({
      value: await work((text, parameters) => run(transaction, text, parameters, parameters.length > 0)),
    }));
    return result.value;
  } catch (error) {
    throw databaseError(error);
  }
}

/** Five letters and digits are PostgreSQL's word; other codes (ECONNREFUSED, CONNECTION_CLOSED) are about the way there. */
export function databaseError(error: unknown): unknown {
  if (error instanceof DatabaseError || !(error instanceof Error)) return error;
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  if (code === undefined) return error;
  return new DatabaseError(error.message, /^[0-9A-Z]{5}$/.test(code) ? code : undefined, error);
}
