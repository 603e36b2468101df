// The pace at which the messages of a session are taken, where the operator has set one.

import type { Pace } from "../sse/pace.ts";
import type { HoldReading } from "./reading.ts";

/** As in Ditto, what may come at once is what the pace gives in this time, but at least one message. */
const BURST_MS = 100;

/**
 * Makes the function that passes messages on at a pace and in their order, `take` never throwing. What comes too early waits, and the
 * socket is read no further meanwhile; so what waits is no more than what one read of the socket brought.
 */
export function throttled<T>(
  { limit, intervalMs }: Pace,
  hold: HoldReading,
  take: (message: T) => void,
): (message: T) => void {
  const perMs = limit / intervalMs;
  const most = Math.max(1, Math.floor(BURST_MS * perMs));
  let allowed = most;
  let counted = performance.now();
  let waiting: T[] = [];
  let letGo: (() => void) | undefined;

  function count(): void {
    const now = performance.now();
    allowed = Math.min(most, allowed + (now - counted) * perMs);
    counted = now;
  }

  function wait(): void {
    setTimeout(goOn, Math.ceil((1 - allowed) / perMs)).unref();
  }

  function goOn(): void {
    count();
    const due = waiting.slice(0, Math.floor(allowed));
    waiting = waiting.slice(due.length);
    allowed -= due.length;
    for (const message of due) take(message);
    if (waiting.length > 0) wait();
    else letGo?.();
  }

  return (message) => {
    if (waiting.length === 0) count();
    if (waiting.length === 0 && allowed >= 1) {
      allowed--;
      take(message);
      return;
    }
    if (waiting.push(message) > 1) return;
    letGo = hold();
    wait();
  };
}
