// Events no faster than an operator wants them.

import type { EventSource } from "./streams.ts";

/** At most so many events in each interval, in milliseconds. */
export interface Pace {
  readonly limit: number;
  readonly intervalMs: number;
}

/** The events of a source at a pace. */
export function paced(source: EventSource, { limit, intervalMs }: Pace): EventSource {
  let begun = Number.NEGATIVE_INFINITY;
  let sent = 0;
  let timer: NodeJS.Timeout | undefined;

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      timer = setTimeout(resolve, ms);
    });

  return {
    async next() {
      const left = begun + intervalMs - performance.now();
      const isFull = sent >= limit;
      if (isFull && left > 0) await pause(left);
      if (isFull || left <= 0) {
        begun = performance.now();
        sent = 0;
      }
      sent++;
      return source.next();
    },
    cancel() {
      clearTimeout(timer);
      source.cancel();
    },
  };
}
