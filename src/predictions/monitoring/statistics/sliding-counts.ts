const BLOCKS = 10;

/**
 * Counts what happened in the newest trials: those of a window, which moves on by a tenth of it, so that it holds between nine tenths
 * and all of so many.
 */
export class SlidingCounts {
  readonly #width: number;
  readonly #perBlock: number;
  readonly #counts: Uint32Array;
  readonly #sums: Uint32Array;
  #block = 0;
  #filled = 0;
  #inBlock = 0;

  /** `width` kinds of things can happen in a trial. */
  constructor(width: number, windowSize: number) {
    this.#width = width;
    this.#perBlock = Math.max(1, Math.ceil(windowSize / BLOCKS));
    this.#counts = new Uint32Array(width * BLOCKS);
    this.#sums = new Uint32Array(width);
  }

  /** Trials in the window. */
  get trials(): number {
    return this.#filled * this.#perBlock + this.#inBlock;
  }

  /** Begins a trial. */
  begin(): void {
    if (this.#inBlock === this.#perBlock) this.#forgetOldest();
    this.#inBlock++;
  }

  /** Something of a kind happened in the trial. */
  count(kind: number): void {
    const at = this.#block * this.#width + kind;
    this.#counts[at] = (this.#counts[at] as number) + 1;
    this.#sums[kind] = (this.#sums[kind] as number) + 1;
  }

  sum(kind: number): number {
    return this.#sums[kind] as number;
  }

  #forgetOldest(): void {
    this.#filled = Math.min(BLOCKS - 1, this.#filled + 1);
    this.#inBlock = 0;
    this.#block = (this.#block + 1) % BLOCKS;
    const from = this.#block * this.#width;
    for (let kind = 0; kind < this.#width; kind++)
      this.#sums[kind] = (this.#sums[kind] as number) - (this.#counts[from + kind] as number);
    this.#counts.fill(0, from, from + this.#width);
  }
}
