// The acknowledgements of one command while they come in. Whoever acknowledges gets hold of it and feeds it.

import { type Ack, timedOut } from "./ack.ts";

export class Collection {
  readonly #labels: readonly string[];
  /** In the order of the labels. Most collections wait for one, so they are searched and need no map. */
  readonly #acks: (Ack | undefined)[];
  #missing: number;

  /** `labels` are each named once, and no more than fit a header. */
  constructor(labels: readonly string[]) {
    this.#labels = labels;
    this.#acks = labels.map(() => undefined);
    this.#missing = labels.length;
  }

  /** Whether one of this label was requested and has not come. */
  misses(label: string): boolean {
    const place = this.#labels.indexOf(label);
    return place >= 0 && this.#acks[place] === undefined;
  }

  /** Takes one in; what was not requested, or has come before, changes nothing. */
  ack(ack: Ack): void {
    const place = this.#labels.indexOf(ack.label);
    if (place < 0 || this.#acks[place] !== undefined) return;
    this.#acks[place] = ack;
    this.#missing--;
  }

  get isComplete(): boolean {
    return this.#missing === 0;
  }

  /** All that were requested, in that order; the missing ones have timed out. */
  result(timeoutMs: number, correlationId: string): readonly Ack[] {
    return this.#labels.map((label, i) => this.#acks[i] ?? timedOut(label, timeoutMs, correlationId));
  }
}
