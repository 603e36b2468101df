// The row of frames that one member sends: what is missing in it, and since when. Pure.

import type { Frame } from "./frames.ts";

/** How long the least difference of the clocks counts; clocks drift. */
const WINDOW_MS = 60_000;

/** Frames that did not arrive and will be dropped if they still do. */
export interface Gap {
  readonly first: number;
  readonly last: number;
  /** So many milliseconds ago all that had been sent had arrived. */
  readonly silentMs: number;
}

export class Incoming {
  readonly #row: number;
  #place = 0;
  /** When the newest frame in order was sent, by the clock of the sender; `undefined` before the first. */
  #sentAt: number | undefined;
  #arrivedAt: number;
  // The least difference of both clocks of this window and of the one before.
  #least = Number.POSITIVE_INFINITY;
  #leastBefore = Number.POSITIVE_INFINITY;
  #windowAt: number;

  /** Nothing had been sent before `since`, by this member's clock. */
  constructor(row: number, since: number, now: number) {
    this.#row = row;
    this.#arrivedAt = since;
    this.#windowAt = now;
  }

  get row(): number {
    return this.#row;
  }

  /** For how long nothing has come in order. */
  silentMs(now: number): number {
    return Math.max(0, now - this.#arrivedAt);
  }

  /** Whether a frame is next in its row, is to be dropped since it comes late, or comes after a gap. */
  take({ place, at, items }: Frame, now: number): "next" | "late" | Gap {
    const isBeat = items.length === 0;
    if (isBeat ? place < this.#place : place <= this.#place) return "late";
    this.#compareClocks(at, now);
    const missing = isBeat ? place : place - 1;
    const gap = missing > this.#place && {
      first: this.#place + 1,
      last: missing,
      silentMs: this.#since(at, now),
    };
    this.#place = place;
    this.#sentAt = at;
    this.#arrivedAt = now;
    return gap || "next";
  }

  /** How long ago the newest frame was sent, when one that was sent `at` arrives now: neither less than by this clock nor than by the other. */
  #since(at: number, now: number): number {
    const byThis = this.silentMs(now);
    if (this.#sentAt === undefined) return byThis;
    const onItsWay = now - at - Math.min(this.#least, this.#leastBefore);
    return Math.max(byThis, at - this.#sentAt + onItsWay);
  }

  #compareClocks(at: number, now: number): void {
    if (now - this.#windowAt > WINDOW_MS) {
      this.#windowAt = now;
      this.#leastBefore = this.#least;
      this.#least = Number.POSITIVE_INFINITY;
    }
    this.#least = Math.min(this.#least, now - at);
  }
}
