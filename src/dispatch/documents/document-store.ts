// Documents of one kind, event-sourced: commands → events in the journal → who acts on them.

import type { JsonObject, JsonValue } from "../../base/json/json.ts";
import { printPath } from "../../base/json/pointer.ts";
import { alone } from "../../cluster/alone.ts";
import type { Cluster } from "../../cluster/cluster.ts";
import { type JournalRow, JournalUnavailable, RevisionTaken } from "../../journal/journal.ts";
import type { Reply } from "../../signals/reply.ts";
import type { Change, EntityState } from "../../signals/signal.ts";
import { headersToKeep } from "../history/kept-headers.ts";
import { Turns } from "../turns.ts";
import { atOwner } from "./at-owner.ts";
import { CatchingUp } from "./catching-up.ts";
import type {
  DecidedDocument,
  DocumentCommand,
  DocumentNow,
  OnDocument,
  RetrieveDocument,
  StoredDocument,
  Telling,
} from "./document.ts";
import type { DocumentStoreParts } from "./document-store-parts.ts";
import { documentsUnavailable } from "./errors.ts";
import {
  type HeldDocument,
  loadAllHeld,
  loadHeld,
  loadNewer,
  nextState,
  nowOf,
  pagesOfIds,
  storedOf,
  storeSnapshot,
  wantsSnapshot,
} from "./held-documents.ts";
import { type OtherMembers, otherMembers, type ToldChange } from "./members.ts";
import { retrieveDocument } from "./retrieve-document.ts";

/** How often a command is tried whose revision another member had taken. */
const ATTEMPTS = 3;
/** So long a command may take on another member, which waits for what comes of it. */
const COMMAND_MS = 60_000;

/**
 * Reads all documents of a kind. One that cannot be read (secrets of a lost key) is told to the log; to read it is refused for the same
 * reason, but it can be replaced and deleted. Rejects with {@link JournalUnavailable}.
 */
export async function openDocumentStore<T, C extends DocumentCommand, E extends string>(
  parts: DocumentStoreParts<T, C, E>,
): Promise<DocumentStore<T, C, E>> {
  const { kind } = parts.rules;
  const held = new Map<string, HeldDocument<T>>();
  const { promise: loaded, resolve } = Promise.withResolvers<void>();
  // Who listens before it reads misses nothing.
  const store = new DocumentStore(parts, held, loaded);
  try {
    for (const [id, one] of await loadAllHeld(parts)) held.set(id, one);
  } catch (error) {
    await store.close();
    throw error;
  }
  for (const [id, { fault }] of held)
    if (fault) parts.log.warn({ err: fault, [`${kind}Id`]: id }, `a ${kind} cannot be read`);
  resolve();
  return store;
}

interface Changed<T, E extends string> {
  readonly decided: DecidedDocument<T, E>;
  readonly revision: number;
  /** All members of the cluster have it. */
  readonly known: Promise<void>;
  /** What the listeners make of it. */
  readonly acting: Promise<void>;
}

/** What comes of something, in an object so that it is not waited for with it. */
interface Acting {
  readonly acting: Promise<void>;
}

const nothing: Acting = { acting: Promise.resolve() };
const nobodyElse = { known: Promise.resolve(), done: Promise.resolve() };

/** The documents of one kind. */
export class DocumentStore<T, C extends DocumentCommand, E extends string> {
  readonly #parts: DocumentStoreParts<T, C, E>;
  readonly #held: Map<string, HeldDocument<T>>;
  readonly #turns = new Turns();
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #closing = new AbortController();
  readonly #cluster: Cluster;
  /** Absent where there never is anybody else. */
  readonly #others: OtherMembers | undefined;
  readonly #executeOwned: (command: C) => Promise<Reply>;
  readonly #catchingUp: CatchingUp;

  /** `held` may be filled until `loaded` resolves. */
  constructor(parts: DocumentStoreParts<T, C, E>, held: Map<string, HeldDocument<T>>, loaded: Promise<void>) {
    this.#parts = parts;
    this.#held = held;
    const { cluster = alone(""), codec, rules } = parts;
    this.#cluster = cluster;
    const learn = async (change: ToldChange) => {
      await loaded;
      return this.#learn(change);
    };
    this.#catchingUp = new CatchingUp({
      turns: this.#turns,
      takeOver: async (id) => this.#leave((await this.#takeOver(id, undefined)).acting, id),
      async *listed() {
        await loaded;
        yield* pagesOfIds(parts);
      },
      known: () => held.keys(),
      onFault: (err, id) => this.#warn(err, id, `a ${this.#kind} could not be read again`),
      stop: this.#closing.signal,
    });
    const learner = { learn, compare: () => this.#catchingUp.compare() };
    this.#others = cluster.isAlone
      ? undefined
      : otherMembers({ cluster, kind: this.#kind, learner, limitMs: COMMAND_MS });
    this.#executeOwned = atOwner<C, Reply>({
      ...{ cluster, ...codec, topic: `${this.#kind}.command`, limitMs: COMMAND_MS },
      keyOf: ({ id }) => this.keyOf(id),
      run: (command) => this.attempt(command.id, () => this.#execute(command)),
      unavailable: ({ id }) => rules.unavailable(id),
    });
  }

  /** What the owner of a document is found by. */
  keyOf(id: string): string {
    return `${this.#kind}:${id}`;
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

  /**
   * The same, when nothing of it can be out of date; refuses with `gateway:service.unavailable` where that cannot be said: where the
   * database does not answer, or this member of a cluster does not hear of changes.
   */
  async current(): Promise<readonly StoredDocument<T>[]> {
    if (!this.#others) return this.all();
    try {
      if (await this.#isUpToDate()) return this.all();
    } catch (error) {
      if (!(error instanceof JournalUnavailable)) throw error;
    }
    throw documentsUnavailable();
  }

  get(id: string): StoredDocument<T> | undefined {
    const held = this.#held.get(id);
    return held && storedOf(held);
  }

  /** What is held of an ID, readable or not; `undefined` where there is nothing. */
  now(id: string): DocumentNow<T> | undefined {
    return nowOf(this.#held.get(id));
  }

  /** Whether the journal has a living document of an ID. Rejects with {@link JournalUnavailable}. */
  async isThere(id: string): Promise<boolean> {
    return (await loadHeld(this.#parts, id))?.state.value !== undefined;
  }

  /** Reads one, as it is or as it was. */
  retrieve(asked: RetrieveDocument): Promise<Reply> {
    return this.#orUnavailable(asked.id, async () => {
      if (this.#others) await this.#upToDate(asked.id);
      return retrieveDocument(this.#parts, asked, this.#held.get(asked.id));
    });
  }

  /**
   * Does what a command asks for; resolves with 201 and the JSON where the document was created, else 204, once it is committed.
   * Commands of one document run one after another. In a cluster they run on the member that it belongs to, and all others know what
   * came of it before it is told.
   */
  execute(command: C): Promise<Reply> {
    return this.#executeOwned(command);
  }

  /** Does something while no command of the document runs; in a cluster only its owner may ask for that. */
  inTurn<R>(id: string, task: () => Promise<R>): Promise<R> {
    return this.attempt(id, () => this.#turns.take(id, task));
  }

  /** Begins nothing new; resolves once what is under way is answered. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#others?.close();
    await Promise.allSettled(this.#underWay);
  }

  /** Does something about a document; refuses it as unavailable once the store is closed, and where the database does not answer. */
  async attempt<R>(id: string, task: () => Promise<R>): Promise<R> {
    if (this.#closing.signal.aborted) throw this.#parts.rules.unavailable(id);
    const work = this.#orUnavailable(id, async () => {
      if (this.#others) await this.#upToDate(id);
      return task();
    });
    this.#underWay.add(work);
    try {
      return await work;
    } finally {
      this.#underWay.delete(work);
    }
  }

  /** What comes of a change takes as long as it takes; the next command of the document does not wait for it. */
  async #execute(command: C): Promise<Reply> {
    const { decided, revision, known, acting } = await this.#changed(command);
    acting.catch(() => undefined); // it may fail before the others know
    await known;
    if (!isBirth(decided.change)) {
      await acting;
      return { status: 204, revision };
    }
    acting.catch((err: unknown) => this.#warn(err, command.id, `a new ${this.#kind} could not be opened`));
    return { status: 201, revision, value: decided.change.value as JsonValue };
  }

  /** A member that did not know that it was put out of the cluster may have been first; then it is decided anew. */
  async #changed(command: C): Promise<Changed<T, E>> {
    try {
      for (let attempt = 1; ; attempt++) {
        try {
          return await this.#turns.take(command.id, () => this.#change(command));
        } catch (error) {
          if (!this.#others || !(error instanceof RevisionTaken) || attempt >= ATTEMPTS) throw error;
        }
      }
    } finally {
      this.#parts.settled?.(command);
    }
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
    const { revision } = state;
    const { known, done } = this.#others?.tell({ id, revision, event }) ?? nobodyElse;
    const here = this.#tell(document, id, event, telling(true, done));
    return { decided, revision, known, acting: this.#others ? both(here, done) : here };
  }

  /** Asynchronous, so that a listener who throws at once is one who refuses. */
  async #tell(...told: Parameters<OnDocument<T, E>>): Promise<void> {
    await this.#parts.onChange(...told);
  }

  /** What is known of an ID; of a deleted document the journal knows with which revision to go on. */
  async #known(command: C): Promise<HeldDocument<T> | undefined> {
    const { id } = command;
    await this.#catchingUp.resolve(id);
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
      this.#catchingUp.doubt(row.id);
      throw error;
    }
  }

  /** Nobody waits for what comes of a change. */
  #leave(acting: Promise<void>, id: string): void {
    acting.catch((err: unknown) =>
      this.#warn(err, id, `a changed ${this.#kind} could not be opened or closed`),
    );
  }

  /** Takes over what the journal has of an ID, and tells of it if it is news; gives what comes of that. */
  async #takeOver(id: string, told: ToldChange | undefined): Promise<Acting> {
    const before = this.#held.get(id);
    const known = before?.state.revision ?? 0;
    const found = await loadNewer(this.#parts, id, known);
    const wasDoubtful = this.#catchingUp.settle(id);
    const isThere = found?.state.value !== undefined;
    if (!found || (!isThere && !before && !wasDoubtful)) return nothing;
    if (isThere) this.#held.set(id, found);
    else this.#held.delete(id);
    const { revision } = found.state;
    const isNext = told?.revision === revision && (known + 1 === revision || told.event === "created");
    const what = !isThere ? "deleted" : isNext ? (told.event as E) : "modified";
    // What was not known to be committed the others have not been told of.
    const isOwn = wasDoubtful && this.#cluster.owns(this.keyOf(id));
    const others = (isOwn && this.#others?.tell({ id, revision, event: what })) || nobodyElse;
    return { acting: this.#tell(found.document, id, what, telling(isOwn, others.done)) };
  }

  /** Another member has changed a document. What cannot be read now is not told of before it can. */
  async #learn(change: ToldChange): Promise<Acting> {
    const { id, revision } = change;
    if ((this.#held.get(id)?.state.revision ?? 0) >= revision) return nothing;
    try {
      return await this.#turns.take(id, () => this.#takeOver(id, change));
    } catch (err) {
      if (!(err instanceof JournalUnavailable))
        this.#warn(err, id, `a changed ${this.#kind} could not be read`);
      this.#catchingUp.doubt(id);
      return nothing;
    }
  }

  /** What this member of a cluster may have missed is known before it says anything. */
  async #upToDate(id: string): Promise<void> {
    if (!(await this.#isUpToDate(id))) throw this.#parts.rules.unavailable(id);
  }

  /** The lease may end while what was missed is read. */
  async #isUpToDate(id?: string): Promise<boolean> {
    if (!this.#cluster.leaseHolds()) return false;
    await this.#catchingUp.upToDate(id);
    return this.#cluster.leaseHolds();
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

/** What is told with a change; others that refuse have done their part as well. */
const telling = (isOwn: boolean, done: Promise<void>): Telling => ({
  isOwn,
  others: done.catch(() => undefined),
});

async function both(here: Promise<void>, elsewhere: Promise<void>): Promise<void> {
  await Promise.all([here, elsewhere]);
}

const isBirth = ({ action, path }: Change): boolean => action === "created" && path.length === 0;
