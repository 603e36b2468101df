// How long what goes out of one connection keeps everybody else waiting: scripts that take their time go on in later turns.

import { turnOf } from "../inbound/turn.ts";
import { sendingFailed } from "./errors.ts";

export interface Pace {
  /**
   * Does something now, or behind what waits already in a later turn of the event loop. Where too much waits, or the pace is closed
   * before, `refuse` is called instead, with why.
   */
  take(work: () => void, refuse: (failure: Error) => void): void;
  /** Resolves once nothing waits. */
  idle(): Promise<void>;
  /** Refuses what waits, and all that comes. */
  close(): void;
}

interface Item {
  readonly work: () => void;
  readonly refuse: (failure: Error) => void;
}

/** Makes it; so much may wait. */
export function paceOf(most: number): Pace {
  const waiting: Item[] = [];
  let next = 0;
  let isClosed = false;
  let idle: PromiseWithResolvers<void> | undefined;
  const turn = turnOf(goOn);

  function goOn(): void {
    while (next < waiting.length && turn.hasTime) timed((waiting[next++] as Item).work);
    if (next < waiting.length && next < most) return;
    waiting.splice(0, next);
    next = 0;
    tellIfIdle();
  }

  function tellIfIdle(): void {
    if (waiting.length > 0) return;
    idle?.resolve();
    idle = undefined;
  }

  function timed(work: () => void): void {
    const begun = performance.now();
    work();
    turn.spend(performance.now() - begun);
  }

  return {
    take(work, refuse) {
      if (isClosed) refuse(sendingFailed("The connection is closed."));
      else if (waiting.length === 0 && turn.hasTime) timed(work);
      else if (waiting.length - next >= most) refuse(sendingFailed("Too many messages wait to be mapped."));
      else waiting.push({ work, refuse });
    },

    async idle() {
      if (waiting.length === 0) return;
      idle ??= Promise.withResolvers();
      await idle.promise;
    },

    close() {
      isClosed = true;
      turn.close();
      const left = waiting.splice(0).slice(next);
      next = 0;
      for (const { refuse } of left) refuse(sendingFailed("The connection is closed."));
      tellIfIdle();
    },
  };
}
