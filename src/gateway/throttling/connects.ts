// How many TCP connections there may be: in all, from one address, how often one may connect; and what all of them may hold.

import { Server as HttpServer } from "node:http";
import type { Server, Socket } from "node:net";
import { RateLimit } from "../../base/rate-limit.ts";
import { networkOf } from "../auth/client-address.ts";
import { letInByTurns } from "./arrivals.ts";
import { serveInTurn } from "./in-turn.ts";
import { boundUnderWay, UnderWay } from "./under-way.ts";
import { boundUnread, countUnread, Unread } from "./unread.ts";

export interface ConnectSettings {
  /** Open at once in all. */
  readonly maxConnections: number;
  /** Open at once from one address, of IPv6 from one /64; 0: any number. */
  readonly addressConnections: number;
  /** New ones each second from one address; 0: any number. */
  readonly addressConnectsPerSecond: number;
  /** How many proxies are in front: then all come from one address, and only the number in all is judged. */
  readonly trustedProxies: number;
  /** The longest body and message. */
  readonly maxRequestBytes: number;
  /** Bytes of bodies and messages that are not complete. */
  readonly maxBytesUnderWay: number;
  /** Bytes that wait for slow readers. */
  readonly maxBytesUnread: number;
}

function boundMemory(
  server: Server,
  { maxRequestBytes, maxBytesUnderWay, maxBytesUnread }: ConnectSettings,
  onRefused: () => void,
): void {
  boundUnderWay(server, new UnderWay(Math.max(maxBytesUnderWay, 2 * maxRequestBytes), onRefused));
  boundUnread(server, new Unread(maxBytesUnread, onRefused));
  if (!(server instanceof HttpServer)) return;
  serveInTurn(server, onRefused);
  letInByTurns(server);
  server.prependListener("request", (_, outgoing) => countUnread(outgoing));
}

/** After a pause an address may connect as often as in so many seconds, as browsers do and fleets that come back. */
const BURST_S = 2;

/**
 * Has a server close what is beyond the limits at once, before a byte is read: whoever floods it gets no answer, as that would
 * cost more than the connection. What is let in shares what may be under way and unread, and has its requests served in turn.
 * `onRefused` counts what is refused.
 */
export function limitConnects(server: Server, settings: ConnectSettings, onRefused: () => void): void {
  const { maxConnections, addressConnections, addressConnectsPerSecond, trustedProxies } = settings;
  server.maxConnections = maxConnections;
  server.on("drop", onRefused);
  boundMemory(server, settings, onRefused);
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
