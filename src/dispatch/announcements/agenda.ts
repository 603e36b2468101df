// What is to be done at some moment: one heap and one timer, however much it is.

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
  #heap: Item[] = [];
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
    this.#rise(this.#heap.length - 1);
    this.#wind();
    return () => this.#callOff(item);
  }

  /** Runs nothing any more. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    if (this.#more) clearImmediate(this.#more);
    this.#heap = [];
    this.#calledOff = 0;
  }

  #callOff(item: Item): void {
    if (!item.run || this.#isClosed) return;
    item.run = undefined;
    this.#calledOff++;
    if (this.#calledOff < WORTH_TIDYING || this.#calledOff * 2 < this.#heap.length) return;
    // A sorted list is a heap.
    this.#heap = this.#heap.filter(({ run }) => run).sort((a, b) => a.at - b.at);
    this.#calledOff = 0;
  }

  #wind(): void {
    const next = this.#heap[0];
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
    for (let i = 0; i < BATCH && (this.#heap[0]?.at ?? Number.POSITIVE_INFINITY) <= now; i++) {
      const { run } = this.#take();
      if (run) run();
      else this.#calledOff--;
    }
    if ((this.#heap[0]?.at ?? Number.POSITIVE_INFINITY) <= now) this.#more = setImmediate(() => this.#run());
    else this.#wind();
  }

  #take(): Item {
    const first = this.#heap[0] as Item;
    const last = this.#heap.pop() as Item;
    if (this.#heap.length > 0) {
      this.#heap[0] = last;
      this.#sink();
    }
    const { at, run } = first;
    // From now on it cannot be called off.
    first.run = undefined;
    return { at, run };
  }

  #rise(from: number): void {
    const heap = this.#heap;
    const item = heap[from] as Item;
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 1;
      if ((heap[above] as Item).at <= item.at) break;
      heap[place] = heap[above] as Item;
      place = above;
    }
    heap[place] = item;
  }

  #sink(): void {
    const heap = this.#heap;
    const item = heap[0] as Item;
    let place = 0;
    for (;;) {
      let below = 2 * place + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && (heap[below + 1] as Item).at < (heap[below] as Item).at) below++;
      if ((heap[below] as Item).at >= item.at) break;
      heap[place] = heap[below] as Item;
      place = below;
    }
    heap[place] = item;
  }
}
