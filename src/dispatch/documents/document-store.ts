// Documents of one kind, event-sourced: commands → events in the journal → who acts on them.

import { setTimeout as pause } from "node:timers/promises";
import type { JsonObject, JsonValue } from "../../base/json/json.ts";
import { printPath } from "../../base/json/pointer.ts";
import { type JournalRow, JournalUnavailable, RevisionTaken } from "../../journal/journal.ts";
import type { Reply } from "../../signals/reply.ts";
import type { Change, EntityState } from "../../signals/signal.ts";
import { headersToKeep } from "../history/kept-headers.ts";
import { Turns } from "../turns.ts";
import { applyDocument } from "./apply-document.ts";
import type {
  DecidedDocument,
  DocumentCommand,
  DocumentNow,
  OnDocument,
  RetrieveDocument,
  StoredDocument,
} from "./document.ts";
import {
  type DocumentPlace,
  type HeldDocument,
  loadAllHeld,
  loadHeld,
  storedOf,
  storeSnapshot,
  wantsSnapshot,
} from "./held-documents.ts";
import { retrieveDocument } from "./retrieve-document.ts";

export interface DocumentStoreParts<T, C extends DocumentCommand, E extends string> extends DocumentPlace<T> {
  /** Names of the headers of commands that history keeps. */
  readonly historicalHeaders: readonly string[];
  /** Whether a command may be about a document that is not there. */
  mayCreate(command: C): boolean;
  /** What a command records, or why it is refused; `now` is absent where there is no document. */
  decide(now: DocumentNow<T> | undefined, command: C): Promise<DecidedDocument<T, E>> | DecidedDocument<T, E>;
  readonly onChange: OnDocument<T, E>;
  readonly log: { warn(fact: object, message: string): void };
}

/** Between two looks whether the database is back. */
const RETRY_MS = 1_000;

/**
 * Reads all documents of a kind. One that cannot be read (secrets of a lost key) is told to the log; to read it is refused for the same
 * reason, but it can be replaced and deleted. Rejects with {@link JournalUnavailable}.
 */
export async function openDocumentStore<T, C extends DocumentCommand, E extends string>(
  parts: DocumentStoreParts<T, C, E>,
): Promise<DocumentStore<T, C, E>> {
  const held = await loadAllHeld(parts);
  const { kind } = parts.rules;
  for (const [id, { fault }] of held)
    if (fault) parts.log.warn({ err: fault, [`${kind}Id`]: id }, `a ${kind} cannot be read`);
  return new DocumentStore(parts, held);
}

interface Changed<T, E extends string> {
  readonly decided: DecidedDocument<T, E>;
  readonly revision: number;
  /** What the listener makes of it. */
  readonly acting: Promise<void>;
}

/** The documents of one kind. */
export class DocumentStore<T, C extends DocumentCommand, E extends string> {
  readonly #parts: DocumentStoreParts<T, C, E>;
  readonly #held: Map<string, HeldDocument<T>>;
  /** IDs of which it is not known whether their newest event was written. */
  readonly #doubtful = new Set<string>();
  readonly #turns = new Turns();
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #closing = new AbortController();

  constructor(parts: DocumentStoreParts<T, C, E>, held: Map<string, HeldDocument<T>>) {
    this.#parts = parts;
    this.#held = held;
  }

  /** How many there are, with those that cannot be read. */
  get size(): number {
    return this.#held.size;
  }

  /** All that can be read, in the order of their IDs (by code point). */
  all(): readonly StoredDocument<T>[] {
    const ids = [...this.#held.keys()].sort();
    return ids.flatMap((id) => this.get(id) ?? []);
  }

  get(id: string): StoredDocument<T> | undefined {
    const held = this.#held.get(id);
    return held && storedOf(held);
  }

  /** What is held of an ID, readable or not; `undefined` where there is nothing. */
  now(id: string): DocumentNow<T> | undefined {
    return nowOf(this.#held.get(id));
  }

  /** Reads one, as it is or as it was. */
  retrieve(asked: RetrieveDocument): Promise<Reply> {
    return this.#orUnavailable(asked.id, () =>
      retrieveDocument(this.#parts, asked, this.#held.get(asked.id)),
    );
  }

  /**
   * Does what a command asks for; resolves with 201 and the JSON where the document was created, else 204, once it is committed.
   * Commands of one document run one after another.
   */
  execute(command: C): Promise<Reply> {
    return this.attempt(command.id, () => this.#execute(command));
  }

  /** Does something while no command of the document runs. */
  inTurn<R>(id: string, task: () => Promise<R>): Promise<R> {
    return this.attempt(id, () => this.#turns.take(id, task));
  }

  /** Begins nothing new; resolves once what is under way is answered. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled(this.#underWay);
  }

  /** Does something about a document; refuses it as unavailable once the store is closed, and where the database does not answer. */
  async attempt<R>(id: string, task: () => Promise<R>): Promise<R> {
    if (this.#closing.signal.aborted) throw this.#parts.rules.unavailable(id);
    const work = this.#orUnavailable(id, task);
    this.#underWay.add(work);
    try {
      return await work;
    } finally {
      this.#underWay.delete(work);
    }
  }

  /** What comes of a change takes as long as it takes; the next command of the document does not wait for it. */
  async #execute(command: C): Promise<Reply> {
    const { decided, revision, acting } = await this.#turns.take(command.id, () => this.#change(command));
    if (!isBirth(decided.change)) {
      await acting;
      return { status: 204, revision };
    }
    acting.catch((err: unknown) => this.#warn(err, command.id, `a new ${this.#kind} could not be opened`));
    return { status: 201, revision, value: decided.change.value as JsonValue };
  }

  async #change(command: C): Promise<Changed<T, E>> {
    const { id } = command;
    const before = await this.#known(command);
    const decided = await this.#parts.decide(nowOf(before), command);
    const { change, document, event } = decided;
    const state = nextState(before, change);
    await this.#append(this.#rowOf(command, change, state));
    const snapshotRevision = isBirth(change) ? state.revision : (before?.snapshotRevision ?? 0);
    await this.#keep(id, { state, snapshotRevision, ...(document !== undefined && { document }) });
    return { decided, revision: state.revision, acting: this.#tell(document, id, event) };
  }

  /** Asynchronous, so that a listener who throws at once is one who refuses. */
  async #tell(...told: Parameters<OnDocument<T, E>>): Promise<void> {
    await this.#parts.onChange(...told);
  }

  /** What is known of an ID; of a deleted document the journal knows with which revision to go on. */
  async #known(command: C): Promise<HeldDocument<T> | undefined> {
    const { id } = command;
    if (this.#doubtful.has(id)) await this.#reload(id);
    const held = this.#held.get(id);
    return held || !this.#parts.mayCreate(command) ? held : loadHeld(this.#parts, id);
  }

  #rowOf({ headers, auth, id }: C, change: Change, next: EntityState): JournalRow {
    const isWhole = change.path.length === 0 && change.value !== undefined;
    const value = isWhole ? this.#parts.vault.seal(change.value as JsonObject) : change.value;
    return {
      kind: this.#kind,
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
        if (!isExpected) this.#warn(err, id, `a ${this.#kind} could not be read again`);
      }
    }
  }

  /** Takes over what the journal has of an ID, and tells of it if it is news. */
  async #reload(id: string): Promise<void> {
    if (!this.#doubtful.has(id)) return;
    const known = this.#held.get(id)?.state.revision ?? 0;
    const found = await loadHeld(this.#parts, id);
    this.#doubtful.delete(id);
    if (!found || found.state.revision === known) return;
    if (found.state.value) this.#held.set(id, found);
    else this.#held.delete(id);
    this.#tell(found.document, id, found.state.value ? "modified" : "deleted").catch((err: unknown) =>
      this.#warn(err, id, `a changed ${this.#kind} could not be opened or closed`),
    );
  }

  async #keep(id: string, held: HeldDocument<T>): Promise<void> {
    if (held.state.value) this.#held.set(id, held);
    else this.#held.delete(id);
    if (!wantsSnapshot(held)) return;
    const isStored = await storeSnapshot(this.#parts, id, held.state);
    if (isStored && held.state.value) this.#held.set(id, { ...held, snapshotRevision: held.state.revision });
  }

  get #kind() {
    return this.#parts.rules.kind;
  }

  #warn(err: unknown, id: string, message: string): void {
    this.#parts.log.warn({ err, [`${this.#kind}Id`]: id }, message);
  }

  async #orUnavailable<R>(id: string, task: () => Promise<R>): Promise<R> {
    try {
      return await task();
    } catch (error) {
      if (error instanceof JournalUnavailable || error instanceof RevisionTaken)
        throw this.#parts.rules.unavailable(id);
      throw error;
    }
  }
}

const isBirth = ({ action, path }: Change): boolean => action === "created" && path.length === 0;

function nowOf<T>(held: HeldDocument<T> | undefined): DocumentNow<T> | undefined {
  const value = held?.state.value;
  return value && { ...held, value, revision: held.state.revision };
}

/** Times never fall with revisions, whatever the clock does. */
function nextState(before: HeldDocument<unknown> | undefined, change: Change): EntityState {
  const timestamp = Math.max(Date.now(), before?.state.modified ?? 0);
  return applyDocument(before?.state, change, (before?.state.revision ?? 0) + 1, timestamp);
}
