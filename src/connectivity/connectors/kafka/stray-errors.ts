// Connections of the library tell of their end by an error event, and again where they are reset while they log in: the second one
// finds nobody, and would end the server. Whoever waits for a connection is told by other means.

import { Connection, instancesChannel } from "@platformatic/kafka";

/** Takes the errors that nobody waits for, from all connections that are made from now on. */
export function takeStrayErrors(): void {
  instancesChannel.unsubscribe(listen); // once is enough
  instancesChannel.subscribe(listen);
}

function listen(told: unknown): void {
  const { instance } = told as { readonly instance?: unknown };
  if (instance instanceof Connection) instance.on("error", () => undefined);
}
