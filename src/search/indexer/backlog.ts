// What waits to be written: each id once, in the order in which it was first told.

import type { OnIndexed } from "./parts.ts";

/** A change that waits; those of one id that come before it is taken are one. */
export interface Change {
  /** Its place in the order of all. */
  readonly turn: number;
  /** When the oldest of what it stands for was told, in milliseconds since the epoch. */
  readonly since: number;
  /** The newest revision that was told. */
  revision: number;
  /** Up to which revision a row is to go if there is nothing to be written instead. */
  clears: number;
  /** Who wants to know when it is in the index. */
  told: OnIndexed[] | undefined;
}

interface Waiter {
  readonly turn: number;
  readonly go: () => void;
}

/** For one who takes from it at a time. */
export class Backlog {
  readonly #most: number;
  readonly #waiting = new Map<string, Change>();
  #underWay: ReadonlyMap<string, Change> = new Map();
  #turns = 0;
  #waiters: Waiter[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** Tells of a change, and gives what stands for it now: nothing where too much waits already. */
  tell(id: string, revision: number): Change | undefined {
    const known = this.#waiting.get(id);
    if (known) {
      if (revision > known.revision) known.revision = revision;
      if (revision > known.clears) known.clears = revision;
      return known;
    }
    if (this.#waiting.size >= this.#most) return undefined;
    const change = { turn: ++this.#turns, since: Date.now(), revision, clears: revision, told: undefined };
    this.#waiting.set(id, change);
    return change;
  }

  /** Takes the oldest changes, at most so many; {@link done} says that they are dealt with. */
  take(limit: number): ReadonlyMap<string, Change> {
    const taken = new Map(this.#waiting.entries().take(limit));
    for (const id of taken.keys()) this.#waiting.delete(id);
    this.#underWay = taken;
    return taken;
  }

  /** A change that was taken and is not done. */
  underWay(id: string): Change | undefined {
    return this.#underWay.get(id);
  }

  has(id: string): boolean {
    return this.#waiting.has(id);
  }

  /** What was taken is dealt with. */
  done(): void {
    this.#underWay = new Map();
    const next = this.#oldest()?.turn ?? Number.POSITIVE_INFINITY;
    const ready = this.#waiters.filter(({ turn }) => turn < next);
    this.#waiters = this.#waiters.filter(({ turn }) => turn >= next);
    for (const { go } of ready) go();
  }

  /** Since when the oldest of what is not done waits. */
  get since(): number | undefined {
    return this.#oldest()?.since;
  }

  #oldest(): Change | undefined {
    return this.#underWay.values().next().value ?? this.#waiting.values().next().value;
  }

  /** Whether somebody waits until it is settled. */
  get isAwaited(): boolean {
    return this.#waiters.length > 0;
  }

  /** Resolves once everything told before the call is done. */
  settled(): Promise<void> {
    const turn = this.#turns;
    const oldest = this.#oldest();
    if (!oldest || oldest.turn > turn) return Promise.resolve();
    return new Promise((go) => this.#waiters.push({ turn, go }));
  }
}
