// Keeps the order of a session's messages where taking one of them takes time.

import type { HoldReading } from "./reading.ts";

/**
 * Makes the function that has messages taken in their order; `take`, which never throws, gives a promise that never rejects where it
 * takes time. What comes meanwhile waits, and the socket is read no further; so what waits is no more than what one read of the
 * socket brought.
 */
export function inOrder<T>(
  hold: HoldReading,
  take: (message: T) => Promise<void> | undefined,
): (message: T) => void {
  let waiting: T[] | undefined;

  async function goOn(taking: Promise<void>): Promise<void> {
    const letGo = hold();
    const behind: T[] = [];
    waiting = behind;
    await taking;
    for (const message of behind) await take(message); // also those that come while this goes on
    waiting = undefined;
    letGo();
  }

  return (message) => {
    if (waiting) {
      waiting.push(message);
      return;
    }
    const taking = take(message);
    if (taking !== undefined) void goOn(taking);
  };
}
