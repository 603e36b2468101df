// The embedded database: PostgreSQL compiled to WebAssembly, in a thread of its own so that its work never holds
// up the event loop, spoken to by the same client as a real PostgreSQL.

import { once } from "node:events";
import { existsSync } from "node:fs";
import { extname, join, resolve } from "node:path";
import { Duplex } from "node:stream";
import { Worker } from "node:worker_threads";
import postgres from "postgres";
import { CLIENT_OPTIONS, type Client, type ClientOptions, Connection } from "./connection.ts";
import type { Database, Parameter, Query } from "./database.ts";
import { type FolderLock, lockFolder } from "./folder-lock.ts";
import { oneAtATime } from "./one-at-a-time.ts";
import { Searches } from "./searches.ts";

/** A statement that takes longer means that the thread hangs; it is then ended and started anew. Searches end themselves before. */
const ANSWER_MS = 120_000;

/**
 * Opens, or makes, the embedded database in `<dataDir>/pglite`.
 * @throws Error when another server uses the folder, or its files cannot be opened.
 */
export async function openPglite(dataDir: string): Promise<Database> {
  const lock = lockFolder(dataDir);
  const thread = new Thread(resolve(join(dataDir, "pglite")));
  const connection = new Connection(() => connect(thread), ANSWER_MS);
  const database = new PgliteDatabase(connection, thread, lock);
  try {
    await thread.start();
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

class PgliteDatabase implements Database {
  // One session: a second batch could only wait behind the first.
  readonly lanes = 1;
  readonly isEmbedded = true;
  readonly background: Query;
  readonly session: Database["session"];
  readonly #searches: Searches;
  readonly #connection: Connection;
  readonly #thread: Thread;
  readonly #lock: FolderLock;

  constructor(connection: Connection, thread: Thread, lock: FolderLock) {
    this.#connection = connection;
    this.#thread = thread;
    this.#lock = lock;
    this.background = oneAtATime(connection.query);
    this.session = oneAtATime((work) => work(connection.unlimited));
    // One at a time, so that batches of the journal come between.
    this.#searches = new Searches([
      {
        start: (text, parameters) => ({
          rows: connection.once(text, parameters),
          stop: async () => undefined,
        }),
      },
    ]);
  }

  get query(): Database["query"] {
    return this.#connection.query;
  }

  search: Database["search"] = (text, parameters, patience) => this.#searches.run(text, parameters, patience);

  async write(_lane: number, text: string, parameters: readonly Parameter[]): Promise<void> {
    await this.#connection.query(text, parameters);
  }

  transaction: Database["transaction"] = (...asked) => this.#connection.transaction(...asked);

  async close(): Promise<void> {
    await this.#connection.close();
    await this.#thread.stop();
    this.#lock.release();
  }
}

function connect(thread: Thread): Client {
  // `socket` is missing from the client's types.
  const options = {
    ...CLIENT_OPTIONS,
    max: 1,
    connect_timeout: 0,
    ssl: false,
    socket: () => thread.socket(),
  };
  return postgres({
    ...(options as ClientOptions),
    host: "embedded",
    user: "postgres",
    database: "postgres",
  });
}

/**
 * The worker thread behind the sockets. One session at a time:
 *
 *   none ──start or socket──► running ──a new socket, or a failure──► ended ──► none
 *                                └────the socket's orderly end────────┘
 */
class Thread {
  readonly #folder: string;
  #worker: Worker | undefined;
  #ended: Promise<unknown> = Promise.resolve();
  #taken = false;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Resolves once the database is open. */
  async start(): Promise<void> {
    if (!existsSync(this.#folder)) await ended(threadOf("pglite-create", this.#folder));
    const worker = this.#spawn();
    await Promise.race([once(worker, "message"), ended(worker)]);
    if (this.#worker !== worker) throw new Error(`The database in ${this.#folder} could not be opened.`);
  }

  /** A connection to the database: to the thread just started, or else to a new one in the place of the last. */
  socket(): Duplex {
    const socket = new ThreadSocket();
    if (this.#worker !== undefined && !this.#taken) {
      this.#taken = true;
      socket.attach(this.#worker);
    } else {
      this.#restart(socket);
    }
    return socket;
  }

  /** Ends the thread if its socket has not, and waits until it no longer touches the folder. */
  async stop(): Promise<void> {
    if (!this.#taken) await this.#worker?.terminate();
    await this.#ended;
  }

  #restart(socket: ThreadSocket): void {
    this.#worker?.terminate().catch(() => undefined);
    this.#ended.then(
      () => {
        const worker = this.#spawn();
        this.#taken = true;
        socket.attach(worker);
      },
      (error: Error) => socket.destroy(error),
    );
  }

  #spawn(): Worker {
    const worker = threadOf("pglite-worker", this.#folder);
    this.#worker = worker;
    this.#taken = false;
    this.#ended = new Promise((ended) => worker.once("exit", ended));
    worker.once("exit", () => {
      if (this.#worker === worker) this.#worker = undefined;
    });
    // Whoever waits for it hears of it by its own listener; without any it must not end the process.
    worker.on("error", () => undefined);
    return worker;
  }
}

/** Runs a file beside this one, in TypeScript or compiled as this one is. */
function threadOf(name: string, folder: string): Worker {
  const file = new URL(`./${name}${extname(import.meta.url)}`, import.meta.url);
  return new Worker(file, { workerData: { folder } });
}

/** Resolves when the thread has ended; rejects with what it threw. */
async function ended(worker: Worker): Promise<void> {
  await once(worker, "exit");
}

type Note = "ready" | { readonly failed: string };

/** The client's end of the thread. */
class ThreadSocket extends Duplex {
  /** Asked for by the client before it says goodbye. */
  readonly readyState = "open";
  #worker: Worker | undefined;
  #waiting: Uint8Array[] = [];

  attach(worker: Worker): void {
    this.#worker = worker;
    let reason = "The embedded database has ended.";
    worker.on("message", (message: Uint8Array | Note) => {
      if (message instanceof Uint8Array) this.push(message);
      else if (typeof message === "object" && "failed" in message) reason = message.failed;
    });
    worker.once("error", (error: Error) => this.destroy(error));
    worker.once("exit", () =>
      this.writableFinished || this.writableEnded ? this.push(null) : this.destroy(new Error(reason)),
    );
    for (const bytes of this.#waiting) this.#post(worker, bytes);
    this.#waiting = [];
  }

  override _read(): void {
    // Answers are pushed as they come; the client takes all of them.
  }

  override _write(bytes: Uint8Array, _encoding: string, done: () => void): void {
    if (this.#worker) this.#post(this.#worker, bytes);
    else this.#waiting.push(bytes);
    done();
  }

  override _final(done: () => void): void {
    const worker = this.#worker;
    if (worker === undefined) {
      this.push(null);
      done();
      return;
    }
    worker.once("exit", () => done());
    worker.postMessage("close");
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#worker?.terminate().catch(() => undefined);
    done(error);
  }

  #post(worker: Worker, bytes: Uint8Array): void {
    // Moved, not copied, unless it lies in Node's shared pool.
    const own = bytes.byteLength === bytes.buffer.byteLength ? bytes : Uint8Array.from(bytes);
    worker.postMessage(own, [own.buffer as ArrayBuffer]);
  }
}
