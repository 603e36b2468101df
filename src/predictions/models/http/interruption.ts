// Ends work with whatever comes first: a signal of others, or the end of a time. Nothing stays with those signals afterwards.

import type { ModelFault } from "../scoring.ts";

export class Interruption implements Disposable {
  readonly #controller = new AbortController();
  readonly #undo: (() => void)[] = [];

  /** Its reason is a {@link ModelFault}. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Ends with another signal. */
  by(signal: AbortSignal, fault: () => ModelFault): this {
    if (signal.aborted) this.end(fault());
    const end = () => this.end(fault());
    signal.addEventListener("abort", end, { once: true });
    this.#undo.push(() => signal.removeEventListener("abort", end));
    return this;
  }

  /** Ends when so many milliseconds are over. */
  after(ms: number, fault: () => ModelFault): this {
    const timer = setTimeout(() => this.end(fault()), ms);
    this.#undo.push(() => clearTimeout(timer));
    return this;
  }

  end(fault: ModelFault): void {
    this.#controller.abort(fault);
  }

  [Symbol.dispose](): void {
    for (const undo of this.#undo) undo();
  }
}

/** Settles as the work does, but rejects with the reason of the signal as soon as that ends; the work is not waited for then. */
export function unlessEnded<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const end = () => reject(signal.reason);
  if (signal.aborted) end();
  signal.addEventListener("abort", end, { once: true });
  work.then(resolve, reject);
  return promise.finally(() => signal.removeEventListener("abort", end));
}
