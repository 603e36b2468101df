// Events no faster than an operator wants them.

import type { EventSource } from "./streams.ts";

/** At most so many events in each interval, in milliseconds. */
export interface Pace {
  readonly limit: number;
  readonly intervalMs: number;
}

/** The longest time that a timer of Node takes; a longer one would be over at once. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Makes what counts the events of one stream: it gives 0 where one more may be sent now, which is counted, and else the
 * milliseconds after which to ask again.
 */
export function meter({ limit, intervalMs }: Pace): () => number {
  let begun = Number.NEGATIVE_INFINITY;
  let sent = 0;
  return () => {
    const left = begun + intervalMs - performance.now();
    if (left <= 0) {
      begun = performance.now();
      sent = 0;
    }
    if (sent >= limit) return Math.min(left, LONGEST_MS);
    sent++;
    return 0;
  };
}

/** The events of a source at a pace. */
export function paced(source: EventSource, pace: Pace): EventSource {
  const msUntilNext = meter(pace);
  let timer: NodeJS.Timeout | undefined;

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      timer = setTimeout(resolve, ms);
    });

  return {
    async next() {
      for (let left = msUntilNext(); left > 0; left = msUntilNext()) await pause(left);
      return source.next();
    },
    cancel() {
      clearTimeout(timer);
      source.cancel();
    },
  };
}
