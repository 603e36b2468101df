// What is said to one member: gathered for one turn of the event loop and sent as one frame.

import { printFrame } from "./frames.ts";

/** Sends a frame, or drops it: the receiver notices by the gap. `asks` are the least and the greatest number of its requests. */
export type SendFrame = (to: string, frame: SentFrame) => void;

export interface SentFrame {
  readonly row: number;
  readonly place: number;
  readonly text: string;
  readonly asks: readonly [least: number, greatest: number] | undefined;
}

export interface OutgoingParts {
  readonly self: string;
  readonly to: string;
  readonly row: number;
  readonly now: () => number;
  /** How many bytes the lines of a frame may have; a longer line goes alone. */
  most(): number;
  readonly send: SendFrame;
}

export class Outgoing {
  readonly #parts: OutgoingParts;
  #lines: string[] = [];
  #bytes = 0;
  #asks: [number, number] | undefined;
  #place = 0;
  #sentAt = Number.NEGATIVE_INFINITY;

  constructor(parts: OutgoingParts) {
    this.#parts = parts;
  }

  get to(): string {
    return this.#parts.to;
  }

  get row(): number {
    return this.#parts.row;
  }

  /** Milliseconds since something was sent. */
  get idleMs(): number {
    return this.#parts.now() - this.#sentAt;
  }

  /** Of the frame that is being gathered. */
  get place(): number {
    return this.#place + 1;
  }

  /** Adds a line, which has so many bytes; `request` is the number of what it asks. Hands back the place of its frame. */
  add(line: string, bytes: number, request?: number): number {
    if (this.#bytes + bytes > this.#parts.most()) this.flush();
    this.#lines.push(line);
    this.#bytes += bytes + 1;
    if (request !== undefined) this.#asks = this.#asks ? [this.#asks[0], request] : [request, request];
    return this.place;
  }

  flush(): void {
    if (this.#lines.length === 0) return;
    this.#place++;
    this.#send(this.#lines, this.#asks);
    this.#lines = [];
    this.#bytes = 0;
    this.#asks = undefined;
  }

  /** Something is not sent: its place is used up, so that the receiver misses it. */
  skip(): void {
    this.flush();
    this.#place++;
  }

  /** Tells what was sent last, if nothing was for so many milliseconds. */
  beat(silenceMs: number): void {
    if (this.#lines.length === 0 && this.idleMs >= silenceMs) this.#send([], undefined);
  }

  #send(lines: readonly string[], asks: SentFrame["asks"]): void {
    const { self, to, row, now, send } = this.#parts;
    this.#sentAt = now();
    const text = printFrame({ from: self, row, place: this.#place, at: this.#sentAt }, lines);
    send(to, { row, place: this.#place, text, asks });
  }
}
