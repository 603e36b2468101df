// Messages that are sent to one client within one turn of the event loop leave in one system call: a commit answers
// many commands of a session at once, and a call for each would cost more than the rest of the answer.

import type { Duplex } from "node:stream";

/** Work without a break, in milliseconds: a long event for a thousand sessions is a hundred megabytes to be copied. */
const STRETCH_MS = 4;
/** Those for whom more bytes than these wait come last: others would wait for a thousand copies of a long event. */
const SHORT = 16_384;

/** Both in the order in which something was held back first. */
const corked = new Set<Duplex>();
const long = new Set<Duplex>();

/** When the last stretch ended, if it left something behind. */
let leftBehindAt: number | undefined;

function uncork(): void {
  const began = performance.now();
  // As long as everything else had since, at least: else who reads fast would be taken for slow.
  const stretch = Math.max(STRETCH_MS, began - (leftBehindAt ?? began));
  uncorkShort(began + stretch);
  if (long.size > 0) uncorkLong(Math.max(began + stretch, performance.now() + stretch / 2));
  leftBehindAt = isAnyCorked() ? performance.now() : undefined;
  if (isAnyCorked()) setImmediate(uncork);
}

function uncorkShort(until: number): void {
  for (const connection of corked) {
    corked.delete(connection);
    if (connection.writableLength > SHORT) long.add(connection);
    else {
      connection.uncork();
      if (performance.now() > until) return;
    }
  }
}

function uncorkLong(until: number): void {
  for (const connection of long) {
    long.delete(connection);
    connection.uncork();
    if (performance.now() > until) return;
  }
}

const isAnyCorked = (): boolean => corked.size + long.size > 0;

/** Holds back what is written to a connection until the end of this turn of the event loop, or a later one where much is written. */
export function sendTogether(connection: Duplex): void {
  if (corked.has(connection) || long.has(connection)) return;
  if (!isAnyCorked()) setImmediate(uncork);
  corked.add(connection);
  connection.cork();
}
