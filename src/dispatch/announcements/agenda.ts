// What is to be done at some moment: one heap and one timer, however much it is.

import TinyQueue from "tinyqueue";

/** A task of the agenda; `run` must not throw. */
interface Item {
  readonly at: number;
  run: (() => void) | undefined;
}

/** Clocks are set and machines sleep: the time is looked at as often as this at least. */
const MAX_SLEEP_MS = 60_000;
/** Tasks in one go; then others have a turn. */
const BATCH = 100;
/** Fewer tasks that were called off are not worth tidying up. */
const WORTH_TIDYING = 64;

/**
 * Runs tasks at their times, never before, the earliest first; a few at a time, so that others have a turn. It does not keep
 * the process alive.
 */
export class Agenda {
  #heap = heapOf([]);
  #calledOff = 0;
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #more: NodeJS.Immediate | undefined;
  #isClosed = false;

  /** Tasks that are to be done. */
  get size(): number {
    return this.#heap.length - this.#calledOff;
  }

  /** Runs a task at a moment (milliseconds since the epoch), at once where that is past. Gives what calls it off. */
  plan(at: number, run: () => void): () => void {
    if (this.#isClosed) return () => undefined;
    const item: Item = { at, run };
    this.#heap.push(item);
    this.#wind();
    return () => this.#callOff(item);
  }

  /** Runs nothing any more. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    if (this.#more) clearImmediate(this.#more);
    this.#heap = heapOf([]);
    this.#calledOff = 0;
  }

  #callOff(item: Item): void {
    if (!item.run || this.#isClosed) return;
    item.run = undefined;
    this.#calledOff++;
    if (this.#calledOff < WORTH_TIDYING || this.#calledOff * 2 < this.#heap.length) return;
    this.#heap = heapOf(this.#heap.data.filter(({ run }) => run));
    this.#calledOff = 0;
  }

  #wind(): void {
    const next = this.#heap.peek();
    if (!next || this.#more || next.at >= this.#timerAt) return;
    clearTimeout(this.#timer);
    const wait = Math.min(Math.max(next.at - Date.now(), 0), MAX_SLEEP_MS);
    this.#timerAt = next.at;
    this.#timer = setTimeout(() => this.#run(), wait).unref();
  }

  #run(): void {
    this.#timerAt = Number.POSITIVE_INFINITY;
    this.#more = undefined;
    const now = Date.now();
    for (let i = 0; i < BATCH && this.#isDue(now); i++) {
      const item = this.#heap.pop() as Item;
      const { run } = item;
      item.run = undefined; // from now on it cannot be called off
      if (run) run();
      else this.#calledOff--;
    }
    if (this.#isDue(now)) this.#more = setImmediate(() => this.#run());
    else this.#wind();
  }

  #isDue(now: number): boolean {
    const next = this.#heap.peek();
    return next !== undefined && next.at <= now;
  }
}

const heapOf = (items: Item[]): TinyQueue<Item> => new TinyQueue(items, (a, b) => a.at - b.at);
