// How predictions share the event loop with everything else: they work in turns, and then let others.

/** Work without a break, in milliseconds. */
const TURN_MS = 2;

/**
 * Hands out turns, in the order in which they are asked for. Who has one works until it awaits something else; once all that was done in
 * a row takes longer than a turn may, the next begins after others had theirs.
 */
export class Pace {
  #waiting: (() => void)[] = [];
  #isRunning = false;
  #started = 0;

  /** Whether whoever works has had its turn. */
  get isOver(): boolean {
    return performance.now() - this.#started > TURN_MS;
  }

  /** Resolves when the turn begins. */
  turn(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (this.#isRunning) return;
      this.#isRunning = true;
      setImmediate(() => void this.#run());
    });
  }

  async #run(): Promise<void> {
    this.#started = performance.now();
    let at = 0;
    const some = this.#waiting;
    this.#waiting = [];
    while (at < some.length && !this.isOver) {
      (some[at++] as () => void)();
      await undefined; // who was let go works first
    }
    this.#waiting = [...some.slice(at), ...this.#waiting];
    if (this.#waiting.length > 0) setImmediate(() => void this.#run());
    else this.#isRunning = false;
  }
}
