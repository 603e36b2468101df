// How many TCP connections there may be: in all, from one address, and how often one may connect.

import type { Server, Socket } from "node:net";
import { RateLimit } from "../../base/rate-limit.ts";
import { networkOf } from "../auth/client-address.ts";

export interface ConnectSettings {
  /** Open at once in all. */
  readonly maxConnections: number;
  /** Open at once from one address, of IPv6 from one /64; 0: any number. */
  readonly addressConnections: number;
  /** New ones each second from one address; 0: any number. */
  readonly addressConnectsPerSecond: number;
  /** How many proxies are in front: then all come from one address, and only the number in all is judged. */
  readonly trustedProxies: number;
}

/** After a pause an address may connect as often as in so many seconds, as browsers do and fleets that come back. */
const BURST_S = 2;

/**
 * Has a server close what is beyond the limits at once, before a byte is read: whoever floods it gets no answer, as that would
 * cost more than the connection. `onRefused` counts them.
 */
export function limitConnects(
  server: Server,
  { maxConnections, addressConnections, addressConnectsPerSecond, trustedProxies }: ConnectSettings,
  onRefused: () => void,
): void {
  server.maxConnections = maxConnections;
  server.on("drop", onRefused);
  if (trustedProxies > 0 || (addressConnections === 0 && addressConnectsPerSecond === 0)) return;
  const open = new Map<string, number>();
  const rate =
    addressConnectsPerSecond === 0
      ? undefined
      : new RateLimit({ perSecond: addressConnectsPerSecond, burst: BURST_S * addressConnectsPerSecond });

  function left(address: string): void {
    const others = (open.get(address) as number) - 1;
    if (others === 0) open.delete(address);
    else open.set(address, others);
  }

  server.prependListener("connection", (socket: Socket) => {
    const address = networkOf(socket.remoteAddress ?? "");
    const known = open.get(address) ?? 0;
    if ((addressConnections > 0 && known >= addressConnections) || (rate && rate.take(address) > 0)) {
      onRefused();
      socket.destroy();
      return;
    }
    open.set(address, known + 1);
    socket.once("close", () => left(address));
  });
}
