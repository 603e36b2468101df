// When subjects of policies expire: from then on the rows that name them are to be made anew.

import TinyQueue from "tinyqueue";

/** Timers of Node hold 31 bits, and clocks are set. */
const MAX_SLEEP_MS = 60_000;

interface Expiry {
  readonly policyId: string;
  readonly at: number;
}

/** Remembers one moment a policy; beyond `most` policies none, which the expiry's own event then has to make good. */
export class Expiries {
  readonly #most: number;
  readonly #onExpiry: (policyId: string) => void;
  readonly #known = new Map<string, number>();
  readonly #heap = new TinyQueue<Expiry>([], (a, b) => a.at - b.at);
  #timer: NodeJS.Timeout | undefined;

  constructor(most: number, onExpiry: (policyId: string) => void) {
    this.#most = most;
    this.#onExpiry = onExpiry;
  }

  /** Says when the next subject of a policy expires, in milliseconds since the epoch. */
  note(policyId: string, at: number): void {
    const known = this.#known.get(policyId);
    if (at === Number.POSITIVE_INFINITY || (known !== undefined && known <= at)) return;
    if (this.#heap.length >= this.#most) return;
    this.#known.set(policyId, at);
    this.#heap.push({ policyId, at });
    this.#wind();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#known.clear();
    while (this.#heap.pop());
  }

  #wind(): void {
    clearTimeout(this.#timer);
    const next = this.#heap.peek();
    if (!next) return;
    const wait = Math.min(Math.max(next.at - Date.now(), 0), MAX_SLEEP_MS);
    this.#timer = setTimeout(() => this.#expire(), wait).unref();
  }

  #expire(): void {
    for (let next = this.#heap.peek(); next && next.at <= Date.now(); next = this.#heap.peek()) {
      this.#heap.pop();
      if (this.#known.get(next.policyId) !== next.at) continue;
      this.#known.delete(next.policyId);
      this.#onExpiry(next.policyId);
    }
    this.#wind();
  }
}
