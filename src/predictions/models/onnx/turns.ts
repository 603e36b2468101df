// One after another, fair by those for whom it is done: next is who was served longest ago, and who has not been served at all
// before everybody else.

import { ModelFault } from "../scoring.ts";

export interface TurnLimits {
  /** Beside the one whose turn it is. */
  readonly maxWaiting: number;
  readonly waitMs: number;
}

interface Waiting {
  readonly owner: string;
  readonly begin: () => void;
}

/** Owners that are remembered as served. */
const MAX_SERVED = 10_000;

export class Turns {
  readonly #limits: TurnLimits;
  readonly #waiting: Waiting[] = [];
  /** In the order in which they were served, each with the number of its last turn. */
  readonly #served = new Map<string, number>();
  #turns = 0;
  #isTaken = false;

  constructor(limits: TurnLimits) {
    this.#limits = limits;
  }

  /** Rejects as the work does, and with ModelFault `overloaded` where too many wait, or it waited too long. */
  async take<Result>(owner: string, work: () => Promise<Result>): Promise<Result> {
    if (this.#isTaken) await this.#wait(owner);
    this.#isTaken = true;
    this.#note(owner);
    try {
      return await work();
    } finally {
      this.#next();
    }
  }

  async #wait(owner: string): Promise<void> {
    const { maxWaiting, waitMs } = this.#limits;
    if (this.#waiting.length >= maxWaiting) throw overloaded();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const one: Waiting = { owner, begin: resolve };
    this.#waiting.push(one);
    const timer = setTimeout(() => {
      this.#waiting.splice(this.#waiting.indexOf(one), 1);
      reject(overloaded());
    }, waitMs);
    await promise.finally(() => clearTimeout(timer));
  }

  /** The turn is handed over: nobody gets in between. */
  #next(): void {
    let first = 0;
    for (const [i, { owner }] of this.#waiting.entries()) {
      if (this.#lastOf(owner) < this.#lastOf(this.#waiting[first]?.owner)) first = i;
    }
    const [next] = this.#waiting.splice(first, 1);
    this.#isTaken = next !== undefined;
    next?.begin();
  }

  #lastOf(owner: string | undefined): number {
    return owner === undefined ? 0 : (this.#served.get(owner) ?? 0);
  }

  #note(owner: string): void {
    this.#served.delete(owner);
    this.#served.set(owner, ++this.#turns);
    if (this.#served.size <= MAX_SERVED) return;
    const [oldest] = this.#served.keys();
    if (oldest !== undefined) this.#served.delete(oldest);
  }
}

const overloaded = () => new ModelFault("overloaded", "Too many ONNX models wait to be tried.");
