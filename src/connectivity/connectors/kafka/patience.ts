// How long trouble of partitions is borne that may pass by itself.

/** Shorter than sessions of groups, longer than it takes to choose a new leader. */
const LONGEST_MS = 15_000;
const REST_MS = 200;

export class Patience {
  readonly #again: () => void;
  /** Since when there has been trouble with those that have not recovered. */
  readonly #since = new WeakMap<object, number>();
  readonly #resting = new Set<object>();
  #timer: NodeJS.Timeout | undefined;

  /** `again` is told when those that rest can be tried again. */
  constructor(again: () => void) {
    this.#again = again;
  }

  rests(one: object): boolean {
    return this.#resting.has(one);
  }

  /** Lets one rest for a moment; false where there was trouble with it for too long. */
  rest(one: object): boolean {
    const since = this.#since.get(one) ?? Date.now();
    this.#since.set(one, since);
    if (Date.now() - since > LONGEST_MS) return false;
    this.#resting.add(one);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#resting.clear();
      this.#again();
    }, REST_MS);
    return true;
  }

  /** There is no trouble any more. */
  renew(one: object): void {
    this.#since.delete(one);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
