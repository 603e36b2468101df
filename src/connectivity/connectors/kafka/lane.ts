// What the partitions of one address of a source have in common for one consumer, throttling above all.

import type { KafkaThrottling } from "./settings.ts";

export class Lane {
  /** Index of the source. */
  readonly source: number;
  readonly topic: string;
  /** Whether offsets wait for what becomes of the messages (qos 1). */
  readonly isAtLeastOnce: boolean;
  readonly #throttling: KafkaThrottling | undefined;
  #inFlight = 0;
  #windowEnd = 0;
  #taken = 0;
  #isHeld = false;

  constructor(
    source: number,
    topic: string,
    isAtLeastOnce: boolean,
    throttling: KafkaThrottling | undefined,
  ) {
    this.source = source;
    this.topic = topic;
    this.isAtLeastOnce = isAtLeastOnce;
    this.#throttling = throttling;
  }

  /** Milliseconds until a further message may be taken: 0 for now, undefined where another must be settled first. */
  waitMs(now: number): number | undefined {
    if (this.#throttling === undefined) return 0;
    if (this.#inFlight >= this.#throttling.maxInFlight) return undefined;
    if (this.#taken < this.#throttling.limit || now >= this.#windowEnd) return 0;
    return this.#windowEnd - now;
  }

  /** Counts a message that is taken; only when {@link waitMs} is 0. */
  take(now: number): void {
    this.#inFlight++;
    if (this.#throttling === undefined) return;
    if (now >= this.#windowEnd) {
      this.#windowEnd = now + this.#throttling.interval;
      this.#taken = 0;
      this.#isHeld = false;
    }
    this.#taken++;
  }

  /** Whether its messages count as throttled, for the first time in an interval: so many were taken, or one has to wait. */
  isHeldAnew(isWaiting: boolean): boolean {
    if (this.#throttling === undefined || this.#isHeld) return false;
    const { limit, tolerance } = this.#throttling;
    this.#isHeld = isWaiting || this.#taken >= limit * (1 - tolerance);
    return this.#isHeld;
  }

  release(): void {
    this.#inFlight--;
  }
}
