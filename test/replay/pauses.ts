import { setTimeout as sleep } from "node:timers/promises";

/** The pauses that the recorder made, none of them longer than a bound: a test need not sit through half a minute of silence. */
export class Pauses {
  readonly #maxMs: number;
  #began = performance.now();

  constructor(maxMs: number) {
    this.#maxMs = maxMs;
  }

  /** Resolves `at` milliseconds after the beginning, or when the pause has been long enough; that counts as the time `at`. */
  async until(at: number): Promise<void> {
    const left = this.#began + at - performance.now();
    await sleep(Math.min(Math.max(left, 0), this.#maxMs));
    this.#began = Math.min(this.#began, performance.now() - at);
  }
}
