// The entities in memory: loaded from the journal, decided on at their head, read at what is committed.

import { isNamespacedId, namespaceOf } from "../base/ids.ts";
import type { JsonObject } from "../base/json/json.ts";
import { parseStored } from "../base/json/parse.ts";
import { readPath } from "../base/json/pointer.ts";
import type { Journal, JournalRow, Recorded, SnapshotRow } from "../journal/journal.ts";
import type { Change, EntityKind, EntityState, EventAction } from "../signals/signal.ts";
import { type Extent, extended, extentOf } from "./extent.ts";
import type { EntityRules } from "./rules.ts";

/**
 * One entity in memory. `head` is the newest decided state, `committed` the newest written one: commands are
 * decided on the head, readers see what is committed. The two are the same while nothing is `pending`.
 */
export class Held {
  readonly id: string;
  committed: EntityState | undefined;
  head: EntityState | undefined;
  /** Appends not yet settled. */
  pending = 0;
  /** That of the head. */
  extent: Extent;
  /** Weight counted for it in the cache. */
  weight = 0;
  /** Revision of the newest snapshot, 0 when there is none, and whether it shows a living entity. */
  snapshotRevision: number;
  snapshotLives: boolean;
  /** Touched since the eviction hand passed. */
  used = true;
  /** The database lost an append: everything decided since is void, and the entity is to be loaded again. */
  lost = false;
  #text: { readonly of: EntityState; readonly text: string } | undefined;

  #waiting: { readonly revision: number; readonly go: () => void }[] = [];

  constructor(
    id: string,
    state: EntityState | undefined,
    extent: Extent,
    snapshotRevision: number,
    lives: boolean,
  ) {
    this.id = id;
    this.committed = state;
    this.head = state;
    this.extent = extent;
    this.snapshotRevision = snapshotRevision;
    this.snapshotLives = lives;
  }

  /** Resolves when everything decided until now is committed, or lost. */
  settled(): Promise<void> {
    const revision = this.head?.revision ?? 0;
    return new Promise((go) => this.#waiting.push({ revision, go }));
  }

  /** Takes a state as committed. */
  commit(state: EntityState): void {
    this.committed = state;
    if (this.#waiting.length > 0) this.#wake(state.revision);
  }

  /** Lets everybody go who waits for a revision up to this one. */
  #wake(revision: number): void {
    const ready = this.#waiting.filter((waiter) => waiter.revision <= revision);
    this.#waiting = this.#waiting.filter((waiter) => waiter.revision > revision);
    for (const { go } of ready) go();
  }

  /** Everything decided since the last commit is void; who waits for it is let go. */
  lose(): void {
    this.lost = true;
    this.#wake(Number.POSITIVE_INFINITY);
  }

  /** The JSON text of the committed entity, printed once per revision. */
  text(): string {
    const state = this.committed as EntityState;
    if (this.#text?.of !== state) this.#text = { of: state, text: JSON.stringify(state.value) };
    return (this.#text as { text: string }).text;
  }
}

/** What a member of a cluster may keep of entities; absent where there is nobody else who could change them. */
export interface Tenure {
  /** Whether this member decides on an entity, and nobody else does. */
  owns(id: string): boolean;
  /** Whether the owners of all others tell this member of each change before it is answered, so that copies stay true. */
  isTold(): boolean;
}

/**
 * Given what was read of an entity: where that may hold something that nobody was told of, resolves once everybody is. Rejects with
 * JournalUnavailable.
 */
export type Untold = (kind: EntityKind, id: string, recorded: Recorded) => Promise<void> | undefined;

export interface EntitiesOptions {
  readonly tenure?: Tenure | undefined;
  readonly untold?: Untold;
}

/**
 * The cache of one kind of entity, bounded by the memory it takes. In a cluster it keeps what this member owns, and
 * copies of the rest where it is told of their changes; what may not be kept is read from the journal each time.
 */
export class Entities {
  readonly rules: EntityRules;
  /** What became of looks at the cache, for whoever watches over the server. */
  readonly counted = { hits: 0, misses: 0, evictions: 0 };
  readonly capacity: number;
  readonly #journal: Journal;
  readonly #tenure: Tenure | undefined;
  readonly #untold: Untold | undefined;
  readonly #held = new Map<string, Held>();
  /** Only what is to be kept; what is taken out before it has come is handed over, but not kept. */
  readonly #loading = new Map<string, Promise<Held>>();
  readonly #byNamespace = new Map<string, number>();
  #hand: MapIterator<Held> | undefined;
  #weight = 0;

  constructor(
    rules: EntityRules,
    journal: Journal,
    capacity: number,
    { tenure, untold }: EntitiesOptions = {},
  ) {
    this.rules = rules;
    this.#journal = journal;
    this.capacity = capacity;
    this.#tenure = tenure;
    this.#untold = untold;
  }

  /** How many are in memory. */
  get size(): number {
    return this.#held.size;
  }

  /** What they weigh together, in bytes, of {@link capacity}. */
  get weight(): number {
    return this.#weight;
  }

  /** How many are in memory, by namespace. */
  get byNamespace(): ReadonlyMap<string, number> {
    return this.#byNamespace;
  }

  /** The entity, if it is in memory. */
  peek(id: string): Held | undefined {
    const held = this.#held.get(id);
    if (!held || !this.#mayKeep(id)) return undefined;
    held.used = true;
    this.counted.hits++;
    return held;
  }

  /** The entity, loaded when it is not in memory; one that never existed is held without a state. */
  load(id: string): Held | Promise<Held> {
    const held = this.peek(id);
    if (held && !this.#isDoubtful(held)) return held;
    return this.#mayKeep(id) ? (this.#loading.get(id) ?? this.#read(id)) : this.#readOnly(id);
  }

  #mayKeep(id: string): boolean {
    return this.#tenure === undefined || this.#tenure.isTold() || this.#tenure.owns(id);
  }

  /** Births are not told to those who have no copy, so that one that was not there may be there by now. */
  #isDoubtful(held: Held): boolean {
    return this.#tenure !== undefined && held.head === undefined && !this.#tenure.owns(held.id);
  }

  /** Not shared with who asked before: that may miss what was committed since. */
  async #readOnly(id: string): Promise<Held> {
    this.counted.misses++;
    return this.#heldOf(id, await this.#recorded(id));
  }

  #read(id: string): Promise<Held> {
    this.counted.misses++;
    const reading: Promise<Held> = this.#recorded(id)
      .then((recorded) => this.#admit(id, this.#heldOf(id, recorded), this.#loading.get(id) === reading))
      .finally(() => {
        if (this.#loading.get(id) === reading) this.#loading.delete(id);
      });
    this.#loading.set(id, reading);
    return reading;
  }

  /** What is no id names nothing, and is kept out of the database's queries. */
  async #recorded(id: string): Promise<Recorded | undefined> {
    if (!isNamespacedId(id)) return undefined;
    const recorded = await this.#journal.load(this.rules.kind, id);
    // Of that very reading: what is committed a moment later is not in it.
    const untold = this.#untold?.(this.rules.kind, id, recorded);
    if (untold) await untold;
    return recorded;
  }

  #heldOf(id: string, recorded: Recorded | undefined): Held {
    const { snapshot, tail = [] } = recorded ?? {};
    let state = snapshot && stateOf(snapshot);
    let extent = extentOf(snapshot?.state, snapshot?.metadata);
    for (const row of tail) {
      state = this.rules.apply(state, changeOf(row), row.revision, row.timestamp);
      extent = extended(extent, [row.value, row.metadata], row.path.length);
    }
    return new Held(id, state, extent, snapshot?.revision ?? 0, typeof snapshot?.state === "string");
  }

  #admit(id: string, read: Held, isWanted: boolean): Held {
    // One that was evicted while its command waited may have come back meanwhile; there is only one of an id.
    const known = this.peek(id);
    if (known && this.#isDoubtful(known) && read.head) this.#replace(known, read.head, read.extent);
    if (known) return known;
    if (isWanted && this.#mayKeep(id) && isNamespacedId(id)) this.weigh(read);
    return read;
  }

  /**
   * Takes in what the owner of an entity says: it has a revision, and with it this state of such an extent. An
   * older copy becomes that, or is dropped where no state is told; one that is being read does too.
   */
  told(id: string, revision: number, state?: EntityState, extent: Extent = extentOf()): void {
    const isLoading = this.#loading.delete(id);
    const held = this.#held.get(id);
    if (held && (held.pending > 0 || (held.committed?.revision ?? 0) >= revision)) return;
    if (held && state) this.#replace(held, state, extent);
    else if (held) this.drop(held);
    else if (isLoading && state && this.#mayKeep(id)) this.weigh(new Held(id, state, extent, revision, true));
  }

  /** Drops a copy that is older than a revision, also one that is being read. */
  expire(id: string, revision: number): void {
    this.told(id, revision);
  }

  #replace(held: Held, state: EntityState, extent: Extent): void {
    Object.assign(held, { head: state, extent });
    held.commit(state);
    this.weigh(held);
  }

  /** Resolves when what is being written of some entities is committed, or lost. */
  async settledOf(has: (id: string) => boolean): Promise<void> {
    const busy = [...this.#held.values()].filter(({ id, pending }) => pending > 0 && has(id));
    await Promise.all(busy.map((held) => held.settled()));
  }

  /** Forgets entities: what is decided on what was held of them until now is void, and they are loaded again. */
  forget(has: (id: string) => boolean): void {
    for (const id of this.#loading.keys()) if (has(id)) this.#loading.delete(id);
    for (const held of this.#held.values()) if (has(held.id)) this.drop(held);
  }

  /**
   * Counts an entity anew after its size changed, and makes room where the cache is over its bound. An entity that
   * was evicted while its command waited for something else comes back.
   */
  weigh(held: Held): void {
    if (!this.#isCurrent(held)) return;
    this.#held.set(held.id, held);
    if (held.weight === 0) this.#count(held.id, 1);
    this.#weight += held.extent.bytes - held.weight;
    held.weight = held.extent.bytes;
    if (this.#weight > this.capacity) this.#evict();
  }

  /** Whether no other object stands for the entity by now: what is decided on one that was replaced is void. */
  #isCurrent(held: Held): boolean {
    return !held.lost && (this.#held.get(held.id) ?? held) === held;
  }

  /** Whether it is this server that decides on an entity. */
  owns(id: string): boolean {
    return this.#tenure === undefined || this.#tenure.owns(id);
  }

  /** Whether what is decided on an entity may be written: it is the one that stands for it, and this member's to decide on. */
  mayRecord(held: Held): boolean {
    return this.#isCurrent(held) && this.owns(held.id);
  }

  /** Forgets an entity whose decided state is void. */
  drop(held: Held): void {
    held.lose();
    if (this.#held.get(held.id) === held) this.#remove(held);
  }

  #remove(held: Held): void {
    this.#held.delete(held.id);
    this.#count(held.id, -1);
    this.#weight -= held.weight;
    held.weight = 0;
  }

  #count(id: string, by: number): void {
    const namespace = namespaceOf(id);
    const count = (this.#byNamespace.get(namespace) ?? 0) + by;
    if (count === 0) this.#byNamespace.delete(namespace);
    else this.#byNamespace.set(namespace, count);
  }

  /**
   * Second chance: the hand goes round, forgives what was touched since it passed, and removes the rest. What is
   * being written stays. A round without success leaves the cache over its bound until writes have settled.
   */
  #evict(): void {
    for (let steps = 0; this.#weight > this.capacity && steps < 128; steps++) {
      this.#hand ??= this.#held.values();
      const { value: held, done } = this.#hand.next();
      if (done) this.#hand = undefined;
      else if (held.used) held.used = false;
      else if (held.pending === 0) {
        this.#remove(held);
        this.counted.evictions++;
      }
    }
  }
}

/** The change that a journal row records. */
export function changeOf({ action, path, value, metadata }: JournalRow): Change {
  return {
    action: action as EventAction,
    path: readPath(path),
    ...(value !== null && { value: parseStored(value) }),
    ...(metadata !== null && { metadata: parseStored(metadata) as JsonObject }),
  };
}

/** The state that a snapshot remembers. */
export function stateOf({ state, revision, created, modified, metadata }: SnapshotRow): EntityState {
  return {
    value: state === null ? undefined : (parseStored(state) as JsonObject),
    revision,
    created,
    modified,
    ...(metadata !== null && { metadata: parseStored(metadata) as JsonObject }),
  };
}
