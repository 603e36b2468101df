import { serviceUnavailable } from "./errors.ts";

const MAX_WAITING = 20_000;

/**
 * Keeps what is asked of one id in order while something about it has to be waited for. Ids on which nothing
 * waits cost nothing.
 */
export class Turns {
  readonly #last = new Map<string, Promise<void>>();
  #waiting = 0;

  /** Whether somebody is waiting or at work for an id, so that a newcomer has to take its turn. */
  busy(id: string): boolean {
    return this.#last.has(id);
  }

  /** Resolves when those have ended that wait or are at work by now for an id. */
  async over(id: string): Promise<void> {
    await this.#last.get(id);
  }

  /** Resolves when all have ended that wait or are at work by now for some ids. */
  async ended(has: (id: string) => boolean): Promise<void> {
    await Promise.all([...this.#last].map(([id, last]) => has(id) && last));
  }

  /**
   * Runs a task when those before it on the same id have finished theirs; they may have failed. While too many tasks
   * wait, on all ids together, a newcomer is refused with 503.
   */
  async take<T>(id: string, task: () => Promise<T>): Promise<T> {
    if (this.#waiting >= MAX_WAITING) throw serviceUnavailable();
    this.#waiting++;
    const before = this.#last.get(id);
    const { promise: mine, resolve: done } = Promise.withResolvers<void>();
    this.#last.set(id, mine);
    try {
      if (before !== undefined) await before;
      return await task();
    } finally {
      this.#waiting--;
      if (this.#last.get(id) === mine) this.#last.delete(id);
      done();
    }
  }
}
