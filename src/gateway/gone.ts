// Who waits on a connection is told when it closes. One listener a connection, however many wait: a client may send
// thousands of commands at once.

import type { Duplex } from "node:stream";

const waiting = new WeakMap<Duplex, Set<() => void>>();

/** Calls back when a connection closes, at once where it is closed; gives what calls that off. */
export function whenGone(connection: Duplex, callback: () => void): () => void {
  if (connection.destroyed) {
    callback();
    return () => undefined;
  }
  const callbacks = waiting.get(connection) ?? listen(connection);
  callbacks.add(callback);
  return () => callbacks.delete(callback);
}

function listen(connection: Duplex): Set<() => void> {
  const callbacks = new Set<() => void>();
  waiting.set(connection, callbacks);
  connection.once("close", () => {
    for (const callback of callbacks) callback();
  });
  return callbacks;
}
