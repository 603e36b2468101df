// Connections, event-sourced: commands → events in the journal → who opens and closes them.

import { setTimeout as pause } from "node:timers/promises";
import type { JsonObject, JsonValue } from "../base/json/json.ts";
import { printPath } from "../base/json/pointer.ts";
import { headersToKeep } from "../dispatch/history/kept-headers.ts";
import { Turns } from "../dispatch/turns.ts";
import { type Journal, type JournalRow, JournalUnavailable, RevisionTaken } from "../journal/journal.ts";
import type { Reply } from "../signals/reply.ts";
import type { EntityState } from "../signals/signal.ts";
import { applyConnection } from "./apply.ts";
import type {
  ConnectionCommand,
  ConnectionStore,
  OnChange,
  RetrieveConnection,
  StoredConnection,
} from "./connection-store.ts";
import { type Decided, decide } from "./decide.ts";
import { connectionUnavailable } from "./errors.ts";
import { type Held, loadConnections, loadHeld, storeSnapshot, wantsSnapshot } from "./held-connections.ts";
import type { Connection } from "./model.ts";
import { checkConnectionId } from "./read.ts";
import { retrieveConnection } from "./retrieve.ts";
import type { Vault } from "./secrets/vault.ts";

export interface StoreParts {
  readonly journal: Journal;
  readonly vault: Vault;
  /** Names of the headers of commands that history keeps. */
  readonly historicalHeaders: readonly string[];
  /** Refuses a connection that this server cannot serve; asked before one is created, modified or opened. */
  validate(connection: Connection): Promise<void> | void;
  readonly onChange: OnChange;
  readonly log: { warn(fact: object, message: string): void };
}

/** Between two looks whether the database is back. */
const RETRY_MS = 1_000;

/**
 * Reads all connections of the journal. One that cannot be read (secrets of a lost key) is told to the log; to read or open it is
 * refused for the same reason, but it can be modified and deleted. Rejects with {@link JournalUnavailable}.
 */
export async function openConnectionStore(parts: StoreParts): Promise<ConnectionStore> {
  const held = await loadConnections(parts.journal, parts.vault);
  for (const [connectionId, { fault }] of held)
    if (fault) parts.log.warn({ err: fault, connectionId }, "a connection cannot be read");
  return new Connections(parts, held);
}

interface Changed {
  readonly decided: Decided;
  readonly revision: number;
  /** What the listener makes of it. */
  readonly acting: Promise<void>;
}

class Connections implements ConnectionStore {
  readonly #parts: StoreParts;
  readonly #held: Map<string, Held>;
  /** IDs of which it is not known whether their newest event was written. */
  readonly #doubtful = new Set<string>();
  readonly #turns = new Turns();
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #closing = new AbortController();

  constructor(parts: StoreParts, held: Map<string, Held>) {
    this.#parts = parts;
    this.#held = held;
  }

  connections(): readonly StoredConnection[] {
    const living = [...this.#held.values()].flatMap((held) => storedOf(held) ?? []);
    return living.sort((a, b) => (a.connection.id < b.connection.id ? -1 : 1));
  }

  get(id: string): StoredConnection | undefined {
    const held = this.#held.get(id);
    return held && storedOf(held);
  }

  retrieve(asked: RetrieveConnection): Promise<Reply> {
    const { journal, vault } = this.#parts;
    const held = this.#held.get(asked.id);
    return orUnavailable(asked.id, () => retrieveConnection(asked, held, journal, vault));
  }

  async execute(command: ConnectionCommand): Promise<Reply> {
    checkConnectionId(command.id);
    if (this.#closing.signal.aborted) throw connectionUnavailable(command.id);
    const work = orUnavailable(command.id, () => this.#execute(command));
    this.#underWay.add(work);
    try {
      return await work;
    } finally {
      this.#underWay.delete(work);
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled(this.#underWay);
  }

  /** What comes of a change takes as long as it takes; the next command of the connection does not wait for it. */
  async #execute(command: ConnectionCommand): Promise<Reply> {
    const changed = await this.#turns.take(command.id, () => this.#change(command));
    const { decided, revision, acting } = changed;
    if (decided.event !== "created") {
      await acting;
      return { status: 204, revision };
    }
    acting.catch((err: unknown) => {
      this.#parts.log.warn({ err, connectionId: command.id }, "a new connection could not be opened");
    });
    return { status: 201, revision, value: decided.change.value as JsonValue };
  }

  async #change(command: ConnectionCommand): Promise<Changed> {
    const { id } = command;
    const before = await this.#known(command);
    const isAlive = before?.state.value !== undefined;
    const decided = decide(isAlive ? { ...before, revision: before.state.revision } : undefined, command);
    if (decided.connection && decided.event !== "closed") await this.#parts.validate(decided.connection);
    const state = nextState(before, decided);
    await this.#append(this.#rowOf(command, decided, state));
    const isBirth = decided.event === "created";
    const snapshotRevision = isBirth ? state.revision : (before?.snapshotRevision ?? 0);
    const { connection } = decided;
    await this.#keep(id, { state, snapshotRevision, ...(connection && { connection }) });
    return { decided, revision: state.revision, acting: this.#tell(connection, id, decided.event) };
  }

  /** Asynchronous, so that a listener who throws at once is one who refuses. */
  async #tell(...told: Parameters<OnChange>): Promise<void> {
    await this.#parts.onChange(...told);
  }

  /** What is known of an ID; of a deleted connection the journal knows with which revision to go on. */
  async #known({ id, action }: ConnectionCommand): Promise<Held | undefined> {
    if (this.#doubtful.has(id)) await this.#reload(id);
    const held = this.#held.get(id);
    if (held || (action !== "create" && action !== "put")) return held;
    return loadHeld(this.#parts.journal, id, this.#parts.vault);
  }

  #rowOf({ headers, auth, id }: ConnectionCommand, { change }: Decided, next: EntityState): JournalRow {
    const isWhole = change.path.length === 0 && change.value !== undefined;
    const value = isWhole ? this.#parts.vault.seal(change.value as JsonObject) : change.value;
    return {
      kind: "connection",
      id,
      revision: next.revision,
      timestamp: next.modified,
      action: change.action,
      path: printPath(change.path),
      value: value === undefined ? null : JSON.stringify(value),
      metadata: null,
      headers: headersToKeep(headers, auth.subjects[0], this.#parts.historicalHeaders),
    };
  }

  async #append(row: JournalRow): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#parts.journal.append([row], (error) => (error ? reject(error) : resolve()));
    try {
      await promise;
    } catch (error) {
      if (!this.#doubtful.has(row.id)) void this.#clearUp(row.id);
      throw error;
    }
  }

  /** Asks the journal what became of an event that it did not tell of, until it answers. */
  async #clearUp(id: string): Promise<void> {
    this.#doubtful.add(id);
    const { signal } = this.#closing;
    while (this.#doubtful.has(id) && !signal.aborted) {
      try {
        await pause(RETRY_MS, undefined, { signal, ref: false });
        await this.#turns.take(id, () => this.#reload(id));
      } catch (err) {
        const isExpected = signal.aborted || err instanceof JournalUnavailable;
        if (!isExpected)
          this.#parts.log.warn({ err, connectionId: id }, "a connection could not be read again");
      }
    }
  }

  /** Takes over what the journal has of an ID, and tells of it if it is news. */
  async #reload(id: string): Promise<void> {
    if (!this.#doubtful.has(id)) return;
    const known = this.#held.get(id)?.state.revision ?? 0;
    const found = await loadHeld(this.#parts.journal, id, this.#parts.vault);
    this.#doubtful.delete(id);
    if (!found || found.state.revision === known) return;
    if (found.state.value) this.#held.set(id, found);
    else this.#held.delete(id);
    this.#tell(found.connection, id, found.state.value ? "modified" : "deleted").catch((err: unknown) => {
      this.#parts.log.warn({ err, connectionId: id }, "a changed connection could not be opened or closed");
    });
  }

  async #keep(id: string, held: Held): Promise<void> {
    if (held.state.value) this.#held.set(id, held);
    else this.#held.delete(id);
    if (!wantsSnapshot(held)) return;
    const isStored = await storeSnapshot(this.#parts.journal, id, held.state, this.#parts.vault);
    if (isStored && held.state.value) this.#held.set(id, { ...held, snapshotRevision: held.state.revision });
  }
}

function storedOf({ connection, state }: Held): StoredConnection | undefined {
  const { revision, created, modified } = state;
  return connection && { connection, revision, created, modified };
}

/** Times never fall with revisions, whatever the clock does. */
function nextState(before: Held | undefined, { change }: Decided): EntityState {
  const timestamp = Math.max(Date.now(), before?.state.modified ?? 0);
  return applyConnection(before?.state, change, (before?.state.revision ?? 0) + 1, timestamp);
}

async function orUnavailable<T>(id: string, task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    if (error instanceof JournalUnavailable || error instanceof RevisionTaken)
      throw connectionUnavailable(id);
    throw error;
  }
}
