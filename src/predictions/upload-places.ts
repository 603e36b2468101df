// Who may upload files of models at the same time, and for how long nothing may come: so that slow senders keep nobody else from it.

import { uploadSilent, uploadsBusy } from "./errors.ts";
import type { Caller } from "./predictors-api.ts";

/** How many uploads there may be at once, those of one caller, and for how long a sender may say nothing. */
export interface UploadLimits {
  readonly atOnce: number;
  readonly ofOne: number;
  readonly silenceMs: number;
}

/** Ends an upload because the server stops. */
export class UploadEnded extends Error {
  override readonly name = "UploadEnded";
}

/** The places of uploads. */
export class UploadPlaces {
  readonly #limits: UploadLimits;
  /** How many there are, by caller. */
  readonly #taken = new Map<string, number>();
  readonly #closing = new AbortController();

  constructor(limits: UploadLimits) {
    this.#limits = limits;
  }

  /** Does something in a place, which it leaves then. Refuses one too many with 503. */
  async take<T>(caller: Caller, task: () => Promise<T>): Promise<T> {
    const who = nameOf(caller);
    const own = this.#taken.get(who) ?? 0;
    const all = [...this.#taken.values()].reduce((sum, some) => sum + some, 0);
    if (all >= this.#limits.atOnce || own >= this.#limits.ofOne) throw uploadsBusy();
    this.#taken.set(who, own + 1);
    try {
      return await task();
    } finally {
      const left = (this.#taken.get(who) ?? 0) - 1;
      if (left > 0) this.#taken.set(who, left);
      else this.#taken.delete(who);
    }
  }

  /** What a sender sends, as it comes. Refuses with 408 one who falls silent; rejects with {@link UploadEnded} once the places are closed. */
  async *received(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const iterator = content[Symbol.asyncIterator]();
    try {
      for (;;) {
        const { done, value } = await this.#next(iterator);
        if (done) return;
        yield value;
      }
    } finally {
      // Not awaited: a silent sender would be waited for.
      iterator.return?.().catch(() => undefined);
    }
  }

  /** Rejects with {@link UploadEnded} once the places are closed. */
  check(): void {
    if (this.#closing.signal.aborted) throw new UploadEnded();
  }

  /** Ends what is being received, and lets nothing more be received. */
  close(): void {
    this.#closing.abort();
  }

  async #next(iterator: AsyncIterator<Uint8Array>): Promise<IteratorResult<Uint8Array>> {
    this.check();
    const { signal } = this.#closing;
    const { silenceMs } = this.#limits;
    const { promise, reject } = Promise.withResolvers<never>();
    const silent = setTimeout(() => reject(uploadSilent(silenceMs)), silenceMs);
    const end = () => reject(new UploadEnded());
    signal.addEventListener("abort", end);
    try {
      return await Promise.race([iterator.next(), promise]);
    } finally {
      clearTimeout(silent);
      signal.removeEventListener("abort", end);
    }
  }
}

/** Operators are as one. */
const nameOf = ({ isOperator, auth }: Caller): string => (isOperator ? "operator" : `of ${auth.subjects[0]}`);
