// Large payloads of messages and CloudEvents, whose reading takes so long that others would notice. Other JSON is judged in a thread
// (../large-json).

import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";

/** Bytes from which on a body is large. By default nothing that may be stored is. */
export const LARGE = 128_000;

/** Of this process, which has one event loop. */
let last: Promise<void> = Promise.resolve();

/**
 * Resolves when a large body may be read, one at a time, in their order. Between two of them others have as long as the one before took, so
 * that all of them together take half of the processor at most.
 */
export function turnOfLarge(): Promise<void> {
  const mine = last;
  last = mine.then(rest);
  return mine;
}

async function rest(): Promise<void> {
  const began = performance.now();
  await nextTurn(); // what is done with the body at once is done by then
  await sleep(performance.now() - began);
}
