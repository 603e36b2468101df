/** Lets so many tasks be at work at once; the others wait in line. Whoever adds tasks bounds how many these are. */
export class Limiter {
  readonly #most: number;
  readonly #line: (() => Promise<unknown>)[] = [];
  #atWork = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Runs a task, which must not reject, when there is room for it; resolves when it is done. */
  run(task: () => Promise<unknown>): Promise<void> {
    return new Promise((resolve) => {
      const told = () => task().then(() => resolve());
      if (this.#atWork < this.#most) void this.#work(told);
      else this.#line.push(told);
    });
  }

  async #work(first: () => Promise<unknown>): Promise<void> {
    this.#atWork++;
    for (let task: (() => Promise<unknown>) | undefined = first; task; task = this.#line.shift())
      await task();
    this.#atWork--;
  }
}
