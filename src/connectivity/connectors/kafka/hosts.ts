// Which hosts may be connected to.

import { ConnectFailure } from "../connector.ts";

/** Throws an Error with the reason where nothing may be connected to on a host. */
export type CheckHost = (host: string) => Promise<void>;

/** Lets in hosts that may be used; rejects with a {@link ConnectFailure} at the first that may not. */
export async function letIn(
  allowed: Set<string>,
  hosts: Iterable<string>,
  checkHost: CheckHost,
): Promise<void> {
  for (const host of hosts) {
    await checkHost(host).catch((error: Error) => {
      throw new ConnectFailure(error.message, true, error);
    });
    allowed.add(host);
  }
}
