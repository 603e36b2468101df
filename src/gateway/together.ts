// Messages that are sent to one client within one turn of the event loop leave in one system call: a commit answers
// many commands of a session at once, and a call for each would cost more than the rest of the answer.

import type { Duplex } from "node:stream";

/** Work without a break, in milliseconds: a long event for a thousand sessions is a hundred megabytes to be copied. */
const STRETCH_MS = 4;

/** In the order in which something was held back first. */
const corked = new Set<Duplex>();

/** When the last stretch ended, if it left something behind. */
let leftBehindAt: number | undefined;

function uncork(): void {
  const began = performance.now();
  // As long as everything else had since, at least: else who reads fast would be taken for slow.
  const until = began + Math.max(STRETCH_MS, began - (leftBehindAt ?? began));
  for (const connection of corked) {
    corked.delete(connection);
    connection.uncork();
    if (performance.now() > until) break;
  }
  leftBehindAt = corked.size > 0 ? performance.now() : undefined;
  if (corked.size > 0) setImmediate(uncork);
}

/** Holds back what is written to a connection until the end of this turn of the event loop, or a later one where much is written. */
export function sendTogether(connection: Duplex): void {
  if (corked.has(connection)) return;
  if (corked.size === 0) setImmediate(uncork);
  corked.add(connection);
  connection.cork();
}
