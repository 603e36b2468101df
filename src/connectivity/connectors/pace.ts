import type { Throttling } from "./mqtt/settings.ts";

/** Lets so many messages of each source pass in each interval. */
export class Pace {
  readonly #throttling: Throttling;
  readonly #passed = new Map<number, number>();
  readonly #goOn: () => void;
  #timer: NodeJS.Timeout | undefined;

  /** `goOn` is called when an interval begins in which more may pass. */
  constructor(throttling: Throttling, goOn: () => void) {
    this.#throttling = throttling;
    this.#goOn = goOn;
  }

  /** Counts a message of a source, or says that it may not pass yet. */
  take(source: number): boolean {
    const passed = this.#passed.get(source) ?? 0;
    if (passed >= this.#throttling.limit) return false;
    this.#passed.set(source, passed + 1);
    this.#timer ??= setTimeout(() => this.#renew(), this.#throttling.interval);
    return true;
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #renew(): void {
    this.#timer = undefined;
    this.#passed.clear();
    this.#goOn();
  }
}
