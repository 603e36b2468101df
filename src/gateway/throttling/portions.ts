// What can wait for others: some of it is done in each turn of the event loop, with everything else between.

/** Does one thing for each of many, in their order: for so many in one turn at most, and no longer than so many milliseconds. */
export class Portions<Key> {
  readonly #size: number;
  readonly #ms: number;
  readonly #due = new Map<Key, () => void>();
  #isDue = false;

  constructor(size: number, ms = Number.POSITIVE_INFINITY) {
    this.#size = size;
    this.#ms = ms;
  }

  /** Has it done in a later turn; in place of what was to be done for the same, if that is not done yet. */
  add(key: Key, act: () => void): void {
    this.#due.set(key, act);
    this.#goOnLater();
  }

  #goOnLater(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(this.#goOn);
  }

  readonly #goOn = (): void => {
    const until = performance.now() + this.#ms;
    const keys = [...this.#due.keys().take(this.#size)];
    this.#isDue = false;
    if (keys.length > 0) this.#goOnLater(); // first, lest one that fails stops all
    for (const key of keys) {
      const act = this.#due.get(key);
      this.#due.delete(key);
      act?.();
      if (performance.now() > until) return;
    }
  };
}
