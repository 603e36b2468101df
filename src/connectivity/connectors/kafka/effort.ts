// How much is done in one go before the event loop gets to other work: a few bytes of a broker can be very many records, or very large.

const UNITS = 16_384;
const BYTES_OF_UNIT = 512;

/** What is begun while there is some left is done, however much that takes. */
export class Effort {
  #left = UNITS;

  get isSpent(): boolean {
    return this.#left <= 0;
  }

  /** For looking at so many records, or headers of them. */
  spend(count = 1): void {
    this.#left -= count;
  }

  /** For decompressing so many. */
  spendOnBytes(count: number): void {
    this.#left -= count / BYTES_OF_UNIT;
  }
}
