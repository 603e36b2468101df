// Long bodies and messages are read a piece at a time, and of few clients in one turn of the event loop: a thousand clients that send a
// megabyte each have a gigabyte to be read, and others would wait for all of it, and for the collections of garbage that it makes.

/** Bytes of a body or message from which on it is long. */
export const LONG = 16_384;

/** How many clients go on within a millisecond; each may have some 64 kB by then, so that 128 MB a second are read of all. */
const AT_ONCE = 2;

/** In their order. */
const waiting = new Set<() => void>();

/** When the next may go on. */
let restUntil = 0;
let isDue = false;

function goOn(): void {
  restUntil = performance.now() + 1;
  for (const next of [...waiting.values().take(AT_ONCE)]) {
    waiting.delete(next);
    next();
  }
  isDue = waiting.size > 0;
  if (isDue) setTimeout(goOn, 1);
}

/** Calls back in a later turn of the event loop, with few others. */
export function nextPiece(callback: () => void): void {
  waiting.add(callback);
  if (isDue) return;
  isDue = true;
  if (performance.now() >= restUntil) setImmediate(goOn);
  else setTimeout(goOn, 1);
}
