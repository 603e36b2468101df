// Somebody who waits for a run: for its turn only so long, and only while he likes.

import { ModelFault } from "../scoring.ts";

export class Call implements Disposable {
  /** Rejects when it is over before its time. */
  readonly over: Promise<never>;
  isOver = false;
  /** Whether a process has ended under it already. */
  hasCrashed = false;
  readonly #signal: AbortSignal;
  readonly #timer: NodeJS.Timeout;
  readonly #reject: (fault: ModelFault) => void;

  constructor(limitMs: number, signal: AbortSignal) {
    const { promise, reject } = Promise.withResolvers<never>();
    this.over = promise;
    // It may be nobody's by the time it rejects.
    promise.catch(() => undefined);
    this.#reject = reject;
    this.#signal = signal;
    this.#timer = setTimeout(() => {
      this.#end(new ModelFault("overloaded", `It waited ${limitMs} ms for other ONNX models.`));
    }, limitMs);
    if (signal.aborted) this.#leave();
    else signal.addEventListener("abort", this.#leave);
  }

  /** Its run is under way; the limit is that of the run from now on. */
  begin(): void {
    clearTimeout(this.#timer);
  }

  [Symbol.dispose](): void {
    this.isOver = true;
    clearTimeout(this.#timer);
    this.#signal.removeEventListener("abort", this.#leave);
  }

  readonly #leave = (): void => this.#end(new ModelFault("timeout", "It was not waited for any longer."));

  #end(fault: ModelFault): void {
    this.isOver = true;
    this.#reject(fault);
  }
}
