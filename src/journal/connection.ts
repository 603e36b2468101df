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
  types: { bigint: { to: 20, from: [20], serialize: String, parse: Number } },
} satisfies postgres.Options<{ bigint: postgres.PostgresType<number> }>;

export type Client = postgres.Sql<{ bigint: number }>;

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

  readonly query: Query = (text, parameters) => this.#limited((client) => run(client, text, parameters));

  transaction<T>(work: (query: Query) => Promise<T>): Promise<T> {
    // A transaction may wait for another server's lock, so it has no time limit.
    return begin(this.#client, work);
  }

  async close(): Promise<void> {
    await this.#client.end({ timeout: 5 });
  }

  async #limited<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const client = this.#client;
    const timer = setTimeout(() => this.#replace(client), this.#limit);
    try {
      return await work(client);
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
  client: Client | postgres.TransactionSql<{ bigint: number }>,
  text: string,
  parameters: readonly Parameter[],
): Promise<readonly Row[]> {
  try {
    return await client.unsafe<Row[]>(text, [...parameters], { prepare: parameters.length > 0 });
  } catch (error) {
    throw databaseError(error);
  }
}

async function begin<T>(client: Client, work: (query: Query) => Promise<T>): Promise<T> {
  try {
    const result = await client.begin(async (transaction) => ({
      value: await work((text, parameters) => run(transaction, text, parameters)),
    }));
    return result.value;
  } catch (error) {
    throw databaseError(error);
  }
}

/** Five letters and digits are PostgreSQL's word; other codes (ECONNREFUSED, CONNECTION_CLOSED) are about the way there. */
function databaseError(error: unknown): unknown {
  if (error instanceof DatabaseError || !(error instanceof Error)) return error;
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  if (code === undefined) return error;
  return new DatabaseError(error.message, /^[0-9A-Z]{5}$/.test(code) ? code : undefined, error);
}
