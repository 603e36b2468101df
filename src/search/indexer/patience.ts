// Under load the index waits, so that changes of one thing come together and whoever asks for something goes first.

import type { EventLoopUtilization } from "node:perf_hooks";

/** How often one looks at the load, in milliseconds; also how long one waits while there is too much of it. */
const LOOK_MS = 200;
/** The share of its time from which on an event loop has no time left. */
const BUSY = 0.9;

export interface Patience {
  /** How long to wait, in milliseconds, before asking again; 0 where what waits since so long is to be written now. */
  restMs(oldestWaitsMs: number): number;
}

/** Waits while the load is too high, unless something waits for `mostMs` already. */
export function patience(mostMs: number, utilization = utilizationOfLoop()): Patience {
  let lookedAt = performance.now();
  let isBusy = false;
  return {
    restMs(oldestWaitsMs) {
      const now = performance.now();
      if (now - lookedAt >= LOOK_MS) {
        isBusy = utilization() >= BUSY;
        lookedAt = now;
      }
      return isBusy && oldestWaitsMs < mostMs ? LOOK_MS : 0;
    },
  };
}

/** The share of the time since the last call in which the event loop had something to do. */
function utilizationOfLoop(): () => number {
  let last: EventLoopUtilization = performance.eventLoopUtilization();
  return () => {
    const before = last;
    last = performance.eventLoopUtilization();
    return performance.eventLoopUtilization(last, before).utilization;
  };
}
