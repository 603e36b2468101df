// Which statements come again and are worth preparing: their shapes are as many as clients think of, so few are kept.

/** Statements that a connection prepares before it is renewed. */
const MOST_PREPARED = 200;
/** Statements remembered as seen once. */
const MOST_SEEN = 1_000;
/** Longer statements are neither prepared nor remembered. */
const LONGEST = 10_000;

export class Repeated {
  readonly #seen = new Set<string>();
  readonly #repeated = new Set<string>();

  /** Notes a statement, and says whether it came before. */
  add(text: string): boolean {
    if (this.#repeated.has(text)) return true;
    if (text.length > LONGEST) return false;
    if (this.#seen.delete(text)) {
      this.#repeated.add(text);
      return true;
    }
    this.#seen.add(text);
    if (this.#seen.size > MOST_SEEN) this.#forgetOldest();
    return false;
  }

  get isFull(): boolean {
    return this.#repeated.size > MOST_PREPARED;
  }

  clear(): void {
    this.#repeated.clear();
  }

  #forgetOldest(): void {
    const [oldest] = this.#seen;
    if (oldest !== undefined) this.#seen.delete(oldest);
  }
}
