// The acknowledgements of one command while they come in. Whoever acknowledges gets hold of it and feeds it.

import { type Ack, timedOut } from "./ack.ts";

export class Collection {
  readonly #acks: Map<string, Ack | undefined>;
  #missing: number;

  constructor(labels: readonly string[]) {
    this.#acks = new Map(labels.map((label) => [label, undefined]));
    this.#missing = this.#acks.size;
  }

  /** Whether one of this label was requested and has not come. */
  misses(label: string): boolean {
    return this.#acks.has(label) && this.#acks.get(label) === undefined;
  }

  /** Takes one in; what was not requested, or has come before, changes nothing. */
  ack(ack: Ack): void {
    if (!this.misses(ack.label)) return;
    this.#acks.set(ack.label, ack);
    this.#missing--;
  }

  get isComplete(): boolean {
    return this.#missing === 0;
  }

  /** All that were requested, in that order; the missing ones have timed out. */
  result(timeoutMs: number, correlationId: string): readonly Ack[] {
    return [...this.#acks].map(([label, ack]) => ack ?? timedOut(label, timeoutMs, correlationId));
  }
}
