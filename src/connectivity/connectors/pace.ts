/** So many messages in an interval of milliseconds. */
export interface Throttling {
  readonly limit: number;
  readonly interval: number;
}

export interface PaceEvents {
  /** An interval begins in which more may pass. */
  goOn(): void;
  /** The first message of a source in this interval has to wait. */
  throttled(sourceAddress: string): void;
}

/** Lets so many messages of each source pass in each interval. */
export class Pace {
  readonly #throttling: Throttling;
  readonly #passed = new Map<number, number>();
  readonly #held = new Set<string>();
  readonly #events: PaceEvents;
  #timer: NodeJS.Timeout | undefined;

  constructor(throttling: Throttling, events: PaceEvents) {
    this.#throttling = throttling;
    this.#events = events;
  }

  /** Counts a message of a source, or says that it may not pass yet. */
  take(source: number, sourceAddress: string): boolean {
    const passed = this.#passed.get(source) ?? 0;
    if (passed >= this.#throttling.limit) {
      this.#hold(sourceAddress);
      return false;
    }
    this.#passed.set(source, passed + 1);
    this.#timer ??= setTimeout(() => this.#renew(), this.#throttling.interval);
    return true;
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #hold(sourceAddress: string): void {
    if (this.#held.has(sourceAddress)) return;
    this.#held.add(sourceAddress);
    this.#events.throttled(sourceAddress);
  }

  #renew(): void {
    this.#timer = undefined;
    this.#passed.clear();
    this.#held.clear();
    this.#events.goOn();
  }
}
