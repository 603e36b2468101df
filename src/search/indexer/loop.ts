// One who works while there is something to do.

import { setImmediate } from "node:timers/promises";
import { Stopped } from "./steady.ts";

/** Does steps one after another while there is work; sleeps until it is woken. */
export class Loop {
  readonly #ready: Promise<void>;
  readonly #hasWork: () => boolean;
  readonly #step: () => Promise<void>;
  #isRunning = false;
  #running: Promise<void> = Promise.resolve();

  /** Nothing is done before `ready`. A step must make progress, and must reject with {@link Stopped} only. */
  constructor(ready: Promise<void>, hasWork: () => boolean, step: () => Promise<void>) {
    this.#ready = ready;
    this.#hasWork = hasWork;
    this.#step = step;
  }

  /** To be called whenever there may be work. */
  wake(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#running = this.#run();
  }

  async #run(): Promise<void> {
    try {
      await this.#ready;
      // What is told in one go is work of one step.
      await setImmediate();
      while (this.#hasWork()) await this.#step();
      this.#isRunning = false;
    } catch (error) {
      // Once it is stopped, it is not woken any more.
      if (!(error instanceof Stopped)) throw error;
    }
  }

  /** Resolves when it sleeps, or has stopped. */
  asleep(): Promise<void> {
    return this.#running;
  }
}
