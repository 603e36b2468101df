// Long bodies and messages are read a piece at a time, and of few clients in one turn of the event loop: a thousand clients that send a
// megabyte each have a gigabyte to be read, and others would wait for all of it, and for the collections of garbage that it makes.

import type { Duplex } from "node:stream";

/** After so many bytes of a body or message, its client waits for his turn. */
export const PIECE = 16_384;

/** How many clients go on in a millisecond; each reads 64 kB at once if he has sent so much, which makes 128 MB a second of all. */
const IN_A_MS = 2;
/** How many go on together after a long turn. */
const TOGETHER = 4;

/** What has those go on that wait, in their order. */
const waiting = new Map<Duplex, () => void>();
let isDue = false;
let wentOnAt = 0;

function goOn(): void {
  const now = performance.now();
  const due = Math.min(TOGETHER, IN_A_MS * Math.max(1, Math.floor(now - wentOnAt)));
  wentOnAt = now;
  for (const [connection, resume] of [...waiting.entries().take(due)]) {
    waiting.delete(connection);
    resume();
  }
  isDue = waiting.size > 0;
  if (isDue) setTimeout(goOn, 1);
}

/** Reads a connection no further until it is its turn, which is told by `resume`; once if it is told again meanwhile. */
export function readOnInTurn(connection: Duplex, resume: () => void = () => connection.resume()): void {
  if (waiting.has(connection)) return;
  waiting.set(connection, resume);
  // Node's reader of HTTP asks for more when what it has is taken, which it does before microtasks.
  queueMicrotask(() => connection.pause());
  if (isDue) return;
  isDue = true;
  if (performance.now() - wentOnAt >= 1) setImmediate(goOn);
  else setTimeout(goOn, 1);
}
