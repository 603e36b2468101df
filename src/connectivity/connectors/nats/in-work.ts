// Messages of one JetStream consumer that are not settled, and what JetStream is told of them.

import type { Settlement } from "../connector.ts";

const ACCEPT = Buffer.from("+ACK");
const REJECT = Buffer.from("+TERM");
const WORKING = Buffer.from("+WPI");
/** Signs of life in the time that the server waits for one. */
const SIGNS = 3;

export interface InWorkParts {
  /** Sends an acknowledgement to a subject. */
  send(ackSubject: string, text: Uint8Array): void;
  /** After what time without a sign of life the server delivers a message again, in milliseconds. */
  readonly ackWait: number;
  readonly backOff: { readonly min: number; readonly max: number };
}

interface Entry {
  readonly ackSubject: string;
  readonly since: number;
}

export class InWork {
  readonly #parts: InWorkParts;
  readonly #entries = new Set<Entry>();
  readonly #timer: NodeJS.Timeout;

  constructor(parts: InWorkParts) {
    this.#parts = parts;
    this.#timer = setInterval(() => this.#giveSigns(), parts.ackWait / SIGNS);
    this.#timer.unref();
  }

  /** Begins with a message; gives what settles it. */
  begin(ackSubject: string, count: number): (settlement: Settlement) => void {
    const entry = { ackSubject, since: performance.now() };
    this.#entries.add(entry);
    return (settlement) => {
      if (this.#entries.delete(entry)) this.#parts.send(ackSubject, this.#textOf(settlement, count));
    };
  }

  /** Nothing is told any more; the server delivers again what is not settled. */
  close(): void {
    clearInterval(this.#timer);
    this.#entries.clear();
  }

  #textOf(settlement: Settlement, count: number): Uint8Array {
    switch (settlement) {
      case "accept":
        return ACCEPT;
      case "reject":
        return REJECT;
      case "redeliver":
        return nak(restMs(count, this.#parts.backOff));
    }
  }

  /**
   * All of them, once the oldest needs one: what is delivered again for want of a sign comes in the order of the last signs,
   * which has to be that of the messages.
   */
  #giveSigns(): void {
    const [oldest] = this.#entries;
    if (!oldest || performance.now() - oldest.since < this.#parts.ackWait / SIGNS / 2) return;
    for (const { ackSubject } of this.#entries) this.#parts.send(ackSubject, WORKING);
  }
}

/** Has the message delivered again after so many milliseconds. */
const nak = (delayMs: number): Uint8Array => Buffer.from(`-NAK {"delay":${Math.round(delayMs * 1e6)}}`);

/** It doubles with each delivery. */
const restMs = (count: number, { min, max }: InWorkParts["backOff"]): number =>
  Math.min(min * 2 ** Math.min(count - 1, 30), max);
