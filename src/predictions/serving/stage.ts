// Work of one kind: so much of it at once, in the order in which it comes.

export class Stage<Work> {
  readonly #atOnce: number;
  readonly #run: (work: Work) => Promise<void>;
  readonly #waiting = new Set<Work>();
  readonly #closing: (() => void)[] = [];
  #busy = 0;
  #isOpen = false;
  #isClosed = false;

  /** `run` must not reject. Nothing runs before {@link open}. */
  constructor(atOnce: number, run: (work: Work) => Promise<void>) {
    this.#atOnce = atOnce;
    this.#run = run;
  }

  open(): void {
    this.#isOpen = true;
    this.#next();
  }

  add(work: Work): void {
    this.#waiting.add(work);
    this.#next();
  }

  /** Starts nothing any more; resolves once nothing runs. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#busy > 0) await new Promise<void>((resolve) => this.#closing.push(resolve));
  }

  #next(): void {
    for (const work of this.#waiting) {
      if (!this.#isOpen || this.#isClosed || this.#busy >= this.#atOnce) return;
      this.#waiting.delete(work);
      this.#busy++;
      void this.#run(work).then(() => this.#done());
    }
  }

  #done(): void {
    this.#busy--;
    if (this.#isClosed && this.#busy === 0) for (const resolve of this.#closing.splice(0)) resolve();
    this.#next();
  }
}
