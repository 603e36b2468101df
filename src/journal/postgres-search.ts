// A connection to PostgreSQL for one search at a time, which can be ended at any time.

import { setTimeout as pause } from "node:timers/promises";
import { type Client, databaseError } from "./connection.ts";
import { DatabaseError, type Parameter, type Row } from "./database.ts";
import { Repeated } from "./repeated.ts";
import type { Running, SearchSession } from "./searches.ts";

/** How long the database may take to end a query; a connection on which it takes longer is given up. */
const STOP_MS = 5_000;
/** When to ask it once more, at first. */
const CANCEL_AGAIN_MS = 50;

export class PostgresSearch implements SearchSession {
  readonly #open: () => Client;
  readonly #repeated = new Repeated();
  #client: Client;
  #isClosed = false;

  constructor(open: () => Client) {
    this.#open = open;
    this.#client = open();
  }

  start(text: string, parameters: readonly Parameter[]): Running {
    const prepare = this.#repeated.add(text);
    if (this.#repeated.isFull) this.#renew();
    const client = this.#client;
    const query = client.unsafe<Row[]>(text, [...parameters], { prepare });
    const rows = query.then(
      (found): readonly Row[] => found,
      (reason: unknown) => {
        const error = databaseError(reason);
        if (isLost(error)) this.#giveUp(client);
        throw error;
      },
    );
    return { rows, stop: () => this.#stop(client, query as unknown as Cancellable, rows) };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#client.end({ timeout: 5 });
  }

  async #stop(client: Client, query: Cancellable, rows: Promise<unknown>): Promise<void> {
    const cancel = query.canceller;
    let isOver = false;
    const ended = rows
      .catch(() => undefined)
      .finally(() => {
        isOver = true;
      });
    const givenUp = Promise.withResolvers<void>();
    const timer = setTimeout(() => {
      this.#giveUp(client);
      givenUp.resolve();
    }, STOP_MS);
    try {
      // One that waits for the connection itself cannot be cancelled without losing that.
      if (!query.active) this.#giveUp(client);
      // What reaches the database between two messages of a query is ignored.
      for (let wait = CANCEL_AGAIN_MS; query.active && !isOver; wait *= 2) {
        // A database that is frozen takes the wish and never answers.
        await Promise.race([cancel(query), givenUp.promise]);
        await Promise.race([ended, pause(wait, undefined, { ref: false })]);
      }
    } catch {
      // The database cannot be reached to end it: then it ends with its connection.
      this.#giveUp(client);
    } finally {
      clearTimeout(timer);
    }
  }

  #giveUp(client: Client): void {
    if (this.#client === client && !this.#isClosed) this.#client = this.#open();
    client.end({ timeout: 0 }).catch(() => undefined);
  }

  /** Forgets all that the connection has prepared. */
  #renew(): void {
    this.#repeated.clear();
    this.#giveUp(this.#client);
  }
}

/** Whether the connection went with the query; the client would tell the next query on a new one of the same error. */
const isLost = (error: unknown): boolean =>
  error instanceof DatabaseError && (error.sqlState === undefined || error.sqlState.startsWith("57P"));

/** What is used of a query under way; the client's types leave this out, and its `cancel` works only once. */
interface Cancellable {
  readonly active: boolean;
  readonly canceller: (query: Cancellable) => Promise<unknown>;
}
