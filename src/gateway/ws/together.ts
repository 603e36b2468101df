// Messages that are sent to one client within one turn of the event loop leave in one system call: a commit answers
// many commands of a session at once, and a call for each would cost more than the rest of the answer.

import type { Duplex } from "node:stream";

const corked = new Set<Duplex>();

function uncorkAll(): void {
  for (const connection of corked) connection.uncork();
  corked.clear();
}

/** Holds back what is written to a connection until the end of this turn of the event loop. */
export function sendTogether(connection: Duplex): void {
  if (corked.has(connection)) return;
  if (corked.size === 0) setImmediate(uncorkAll);
  corked.add(connection);
  connection.cork();
}
