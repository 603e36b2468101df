// Work that would hold others up lets them go first now and then.

import { setImmediate } from "node:timers/promises";

/** Work without a break, in milliseconds. */
const STRETCH_MS = 10;

/** To be awaited between steps: lets others work where the last break is long ago. */
export function breathing(): () => Promise<void> | undefined {
  let started = performance.now();
  return () => {
    if (performance.now() - started < STRETCH_MS) return undefined;
    return setImmediate().then(() => {
      started = performance.now();
    });
  };
}
