// What this member says to the others: a row of frames for each, sent at the end of each turn of the event loop. While there
// is no connection everything is dropped, which the receivers notice by the places in their rows.

import type { NatsConnection } from "@nats-io/transport-node";
import { Backlog } from "./backlog.ts";
import { Outgoing, type SentFrame } from "./outgoing.ts";

const MOST_FRAME_BYTES = 512 * 1024;
/** For the first line of a frame and the protocol of NATS. */
const HEAD_BYTES = 512;

export interface SendingParts {
  readonly self: string;
  readonly now: () => number;
  subjectOf(member: string): string;
  /** Where NATS says that nobody takes a frame. */
  nobodyOf(member: string, frame: SentFrame): string;
  /** A frame was not sent. */
  dropped(to: string, frame: SentFrame): void;
}

export class Sending {
  readonly #parts: SendingParts;
  readonly #rows = new Map<string, Outgoing>();
  readonly #unsent = new Set<Outgoing>();
  #link: NatsConnection | undefined;
  #backlog: Backlog | undefined;
  #lastRow = 0;

  constructor(parts: SendingParts) {
    this.#parts = parts;
  }

  /** Whether what is said now has a chance to arrive. */
  get isOpen(): boolean {
    return this.#link !== undefined && !this.#link.isClosed() && !this.#backlog?.isFull;
  }

  attach(link: NatsConnection): void {
    this.#link = link;
    this.#backlog = new Backlog(link);
  }

  detach(): void {
    this.#link = undefined;
    this.#backlog = undefined;
  }

  rowTo(member: string): Outgoing {
    const known = this.#rows.get(member);
    if (known) return known;
    const { self, now } = this.#parts;
    this.#lastRow++;
    const row = new Outgoing({
      ...{ self, now, to: member, row: this.#lastRow },
      most: () => Math.min(MOST_FRAME_BYTES, this.#mostBytes()),
      send: (to, frame) => this.#send(to, frame),
    });
    this.#rows.set(member, row);
    return row;
  }

  /** Whether a request is in a frame that has not been sent. */
  isGathered({
    to,
    row,
    place,
  }: {
    readonly to: string;
    readonly row: number;
    readonly place: number;
  }): boolean {
    const outgoing = this.#rows.get(to);
    return outgoing !== undefined && outgoing.row === row && outgoing.place === place;
  }

  /** Says a line; hands back the frame that it goes with, or `undefined` where it is too long to be sent at all. */
  say(
    to: string,
    line: string,
    request?: number,
  ): { readonly row: number; readonly place: number } | undefined {
    const bytes = Buffer.byteLength(line);
    if (bytes > this.#mostBytes()) return undefined;
    const outgoing = this.rowTo(to);
    const place = outgoing.add(line, bytes, request);
    if (this.#unsent.size === 0) setImmediate(() => this.flush());
    this.#unsent.add(outgoing);
    return { row: outgoing.row, place };
  }

  /** What cannot be sent to a member is missing in its row. */
  skip(to: string): void {
    this.rowTo(to).skip();
  }

  /** Sends what was said to one member until now. */
  flushTo(member: string): void {
    this.#rows.get(member)?.flush();
  }

  flush(): void {
    for (const outgoing of this.#unsent) outgoing.flush();
    this.#unsent.clear();
  }

  /** The next that is said to a member begins another row; what was not sent yet is dropped. */
  forget(member: string): void {
    const outgoing = this.#rows.get(member);
    if (!outgoing) return;
    this.#unsent.delete(outgoing);
    this.#rows.delete(member);
  }

  /** Forgets the rows to those that are no members and were not talked to for so long. */
  forgetIdle(isMember: (id: string) => boolean, idleMs: number): void {
    for (const outgoing of this.#rows.values())
      if (!isMember(outgoing.to) && outgoing.idleMs > idleMs) this.forget(outgoing.to);
  }

  #mostBytes(): number {
    return (this.#link?.info?.max_payload ?? MOST_FRAME_BYTES) - HEAD_BYTES;
  }

  #send(to: string, frame: SentFrame): void {
    if (!this.#link || !this.isOpen) {
      this.#parts.dropped(to, frame);
      return;
    }
    const bytes = Buffer.from(frame.text);
    this.#backlog!.sent(bytes.length);
    const reply = frame.asks && { reply: this.#parts.nobodyOf(to, frame) };
    this.#link.publish(this.#parts.subjectOf(to), bytes, reply);
  }
}
