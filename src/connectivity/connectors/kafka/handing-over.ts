// Hands the messages of partitions over, some of each in turn, so that the event loop gets to other work between.

import { Effort } from "./effort.ts";
import type { Flow } from "./flow.ts";
import type { ReceivedRecord } from "./record.ts";

/** How many messages are handed over before anything else may happen. */
const SLICE = 256;

export interface HandingOverParts {
  flows(): readonly Flow[];
  /** Whether messages may be handed over at all. */
  isOpen(): boolean;
  /** Gives false where no more is to follow for now. */
  received(flow: Flow, message: ReceivedRecord): boolean;
  /** Messages of a flow count as throttled in this interval; once for each. */
  throttled(flow: Flow): void;
  /** A slice is over. */
  after(): void;
}

export class HandingOver {
  readonly #parts: HandingOverParts;
  #immediate: NodeJS.Immediate | undefined;
  #timer: NodeJS.Timeout | undefined;
  #first = 0;

  constructor(parts: HandingOverParts) {
    this.#parts = parts;
  }

  /** Hands over what is there, soon. */
  start(): void {
    this.#immediate ??= setImmediate(() => {
      this.#immediate = undefined;
      this.#slice();
    });
  }

  stop(): void {
    clearImmediate(this.#immediate);
    clearTimeout(this.#timer);
    this.#immediate = undefined;
    this.#timer = undefined;
  }

  #slice(): void {
    if (!this.#parts.isOpen()) return;
    const flows = this.#parts.flows();
    const now = Date.now();
    const effort = new Effort();
    let [left, mayGoOn] = [SLICE, true];
    for (let count = 0; count < flows.length && left > 0 && mayGoOn && !effort.isSpent; count++) {
      const flow = flows[(this.#first + count) % flows.length] as Flow;
      [left, mayGoOn] = this.#some(flow, left, now, effort);
    }
    this.#first++;
    if (mayGoOn && (left === 0 || effort.isSpent)) this.start();
    else if (mayGoOn) this.#waitForPace(flows, now);
    this.#parts.after();
  }

  #some(flow: Flow, limit: number, now: number, effort: Effort): [left: number, mayGoOn: boolean] {
    for (let left = limit; left > 0; left--) {
      const message = flow.lane.waitMs(now) === 0 ? flow.next(now, effort) : undefined;
      if (message === undefined) return [left, true];
      if (flow.lane.isHeldAnew(false)) this.#parts.throttled(flow);
      if (!this.#parts.received(flow, message)) return [left - 1, false];
    }
    return [0, true];
  }

  #waitForPace(flows: readonly Flow[], now: number): void {
    let shortest = Number.POSITIVE_INFINITY;
    for (const flow of flows) {
      const wait = flow.hasWaiting ? (flow.lane.waitMs(now) ?? 0) : 0;
      if (wait === 0) continue;
      shortest = Math.min(shortest, wait);
      if (flow.lane.isHeldAnew(true)) this.#parts.throttled(flow);
    }
    if (!Number.isFinite(shortest)) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#slice(), shortest);
  }
}
