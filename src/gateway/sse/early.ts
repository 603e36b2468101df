// Events that come too early for the pace of their stream.

import type { EventBytes } from "./event-bytes.ts";
import { meter, type Pace } from "./pace.ts";

interface Waiting {
  readonly event: EventBytes;
  next: Waiting | undefined;
}

/** About the bytes that an event takes beside its text. */
const AROUND_TEXT = 250;
const sizeOf = ({ chunk }: EventBytes): number => chunk.length + AROUND_TEXT;

/** Passes events on in their order: at once as long as the pace allows it, the others when it is their time. */
export class Early {
  readonly #msUntilNext: () => number;
  readonly #pass: (event: EventBytes) => void;
  readonly #onEmpty: () => void;
  #first: Waiting | undefined;
  #last: Waiting | undefined;
  #timer: NodeJS.Timeout | undefined;
  #size = 0;

  /** Calls `pass` with each event, and `onEmpty` whenever none waits any more; neither must throw. */
  constructor(pace: Pace, pass: (event: EventBytes) => void, onEmpty: () => void) {
    this.#msUntilNext = meter(pace);
    this.#pass = pass;
    this.#onEmpty = onEmpty;
  }

  /** Bytes that wait; 0 where nothing does. */
  get size(): number {
    return this.#size;
  }

  send(event: EventBytes): void {
    if (this.#first) {
      this.#keep(event);
      return;
    }
    const left = this.#msUntilNext();
    if (left === 0) {
      this.#pass(event);
      return;
    }
    this.#keep(event);
    this.#wait(left);
  }

  /** Forgets what waits. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#first = undefined;
    this.#last = undefined;
    this.#size = 0;
  }

  #keep(event: EventBytes): void {
    const waiting: Waiting = { event, next: undefined };
    if (this.#last) this.#last.next = waiting;
    else this.#first = waiting;
    this.#last = waiting;
    this.#size += sizeOf(event);
  }

  #wait(ms: number): void {
    this.#timer = setTimeout(() => this.#release(), ms).unref();
  }

  #release(): void {
    while (this.#first) {
      const left = this.#msUntilNext();
      if (left > 0) {
        this.#wait(left);
        return;
      }
      this.#pass(this.#shift(this.#first));
    }
    this.#onEmpty();
  }

  #shift({ event, next }: Waiting): EventBytes {
    this.#first = next;
    if (!next) this.#last = undefined;
    this.#size -= sizeOf(event);
    return event;
  }
}
