// The entities in memory: loaded from the journal, decided on at their head, read at what is committed.

import { isNamespacedId } from "../base/ids.ts";
import type { JsonObject } from "../base/json/json.ts";
import { parseStored } from "../base/json/parse.ts";
import { readPath } from "../base/json/pointer.ts";
import type { Journal, JournalRow, Recorded, SnapshotRow } from "../journal/journal.ts";
import type { Change, EntityState, EventAction } from "../signals/signal.ts";
import type { EntityRules } from "./rules.ts";

/** What the cache keeps in bookkeeping for an entity beside its JSON, in characters; an estimate. */
const OVERHEAD = 500;

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
  /** Upper bound of the length of the head's JSON text, and that length when it was last measured. */
  size: number;
  measured: number;
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
    size: number,
    snapshotRevision: number,
    lives: boolean,
  ) {
    this.id = id;
    this.committed = state;
    this.head = state;
    this.size = size;
    this.measured = size;
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

/** The cache of one kind of entity, bounded by the length of the JSON it holds. */
export class Entities {
  readonly rules: EntityRules;
  readonly #journal: Journal;
  readonly #capacity: number;
  readonly #held = new Map<string, Held>();
  readonly #loading = new Map<string, Promise<Held>>();
  #hand: MapIterator<Held> | undefined;
  #weight = 0;

  constructor(rules: EntityRules, journal: Journal, capacity: number) {
    this.rules = rules;
    this.#journal = journal;
    this.#capacity = capacity;
  }

  /** The entity, if it is in memory. */
  peek(id: string): Held | undefined {
    const held = this.#held.get(id);
    if (held) held.used = true;
    return held;
  }

  /** The entity, loaded when it is not in memory; one that never existed is held without a state. */
  load(id: string): Held | Promise<Held> {
    return this.peek(id) ?? this.#loading.get(id) ?? this.#read(id);
  }

  #read(id: string): Promise<Held> {
    // What is no id names nothing, and is kept out of the database's queries.
    if (!isNamespacedId(id)) return Promise.resolve(new Held(id, undefined, 0, 0, false));
    const reading = this.#journal
      .load(this.rules.kind, id)
      .then((recorded) => this.#admit(id, recorded))
      .finally(() => this.#loading.delete(id));
    this.#loading.set(id, reading);
    return reading;
  }

  #admit(id: string, { snapshot, tail }: Recorded): Held {
    // One that was evicted while its command waited may have come back meanwhile; there is only one of an id.
    const known = this.peek(id);
    if (known) return known;
    let state = snapshot && stateOf(snapshot);
    let size = (snapshot?.state?.length ?? 0) + (snapshot?.metadata?.length ?? 0);
    for (const row of tail) {
      state = this.rules.apply(state, changeOf(row), row.revision, row.timestamp);
      size += row.path.length + (row.value?.length ?? 0);
    }
    const held = new Held(id, state, size, snapshot?.revision ?? 0, typeof snapshot?.state === "string");
    this.weigh(held);
    return held;
  }

  /**
   * Counts an entity anew after its size changed, and makes room where the cache is over its bound. An entity that
   * was evicted while its command waited for something else comes back.
   */
  weigh(held: Held): void {
    if (!this.isCurrent(held)) return;
    this.#held.set(held.id, held);
    this.#weight += OVERHEAD + held.size - held.weight;
    held.weight = OVERHEAD + held.size;
    if (this.#weight > this.#capacity) this.#evict();
  }

  /** Whether no other object stands for the entity by now: what is decided on one that was replaced is void. */
  isCurrent(held: Held): boolean {
    return !held.lost && (this.#held.get(held.id) ?? held) === held;
  }

  /** Forgets an entity whose decided state is void. */
  drop(held: Held): void {
    held.lose();
    if (this.#held.get(held.id) === held) this.#remove(held);
  }

  #remove(held: Held): void {
    this.#held.delete(held.id);
    this.#weight -= held.weight;
    held.weight = 0;
  }

  /**
   * Second chance: the hand goes round, forgives what was touched since it passed, and removes the rest. What is
   * being written stays. A round without success leaves the cache over its bound until writes have settled.
   */
  #evict(): void {
    for (let steps = 0; this.#weight > this.#capacity && steps < 128; steps++) {
      this.#hand ??= this.#held.values();
      const { value: held, done } = this.#hand.next();
      if (done) this.#hand = undefined;
      else if (held.used) held.used = false;
      else if (held.pending === 0) this.#remove(held);
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
