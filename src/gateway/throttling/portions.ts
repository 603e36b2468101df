// What can wait for others: some of it is done in each turn of the event loop, with everything else between.

/** Does one thing for each of many, in their order, for `size` of them in one turn. */
export class Portions<Key> {
  readonly #size: number;
  readonly #due = new Map<Key, () => void>();

  constructor(size: number) {
    this.#size = size;
  }

  /** Has it done in a later turn; in place of what was to be done for the same, if that is not done yet. */
  add(key: Key, act: () => void): void {
    if (this.#due.size === 0) setImmediate(this.#goOn);
    this.#due.set(key, act);
  }

  readonly #goOn = (): void => {
    for (const [key, act] of [...this.#due.entries().take(this.#size)]) {
      this.#due.delete(key);
      act();
    }
    if (this.#due.size > 0) setImmediate(this.#goOn);
  };
}
