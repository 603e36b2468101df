// The timers of those who wait: one each, none left when the server stops. Commands in work and the waiting room bound
// how many there are.

interface Deadline {
  readonly timer: NodeJS.Timeout;
  readonly atClose: () => void;
}

export class Deadlines {
  readonly #open = new Set<Deadline>();
  #isClosed = false;

  get size(): number {
    return this.#open.size;
  }

  /**
   * Calls `end` after `ms`, or `atClose` when the server stops before; at once where it is stopping already. Gives
   * what calls it off, any number of times.
   */
  start(ms: number, end: () => void, atClose: () => void): () => void {
    if (this.#isClosed) {
      atClose();
      return () => undefined;
    }
    const timer = setTimeout(() => {
      this.#open.delete(deadline);
      end();
    }, ms);
    const deadline = { timer, atClose };
    this.#open.add(deadline);
    return () => {
      clearTimeout(timer);
      this.#open.delete(deadline);
    };
  }

  /** Stops all timers, and tells those who wait. */
  close(): void {
    this.#isClosed = true;
    for (const { timer, atClose } of this.#open) {
      clearTimeout(timer);
      atClose();
    }
    this.#open.clear();
  }
}
