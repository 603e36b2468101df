/** What a soak has seen: how often each thing happened, and what ought not to have. */
export class Tally {
  readonly #counts = new Map<string, number>();
  readonly #wrong = new Map<string, number>();

  count(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }

  /** Notes what the server ought not to do; what happens again and again is told once, with how often. */
  wrong(what: string): void {
    this.#wrong.set(what, (this.#wrong.get(what) ?? 0) + 1);
  }

  /** Counts an answer that is among the expected ones; any other is wrong, and told with what it says. */
  answer(what: string, status: number, expected: readonly number[], text = ""): void {
    if (expected.includes(status)) this.count(`${what}: ${status}`);
    else this.wrong(`${what} was answered ${status} ${text}`);
  }

  get counts(): ReadonlyMap<string, number> {
    return new Map([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  get violations(): readonly string[] {
    return [...this.#wrong].map(([what, times]) => (times === 1 ? what : `${what}, ${times} times`));
  }
}
