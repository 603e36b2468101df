// Sockets to hosts that connections may use.

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import type { Endpoint } from "../connectors/connector.ts";
import { type Hosts, lookupOf } from "./hosts.ts";
import { socketOptions, type TlsOptions } from "./tls.ts";

/** Connects to an address of the host that was checked. Rejects also when so many milliseconds are over. */
export async function openSocket(
  hosts: Pick<Hosts, "resolve">,
  { host, port }: Endpoint,
  withinMs: number,
): Promise<Socket> {
  const addresses = await hosts.resolve(host);
  const socket = connect({ host, port, lookup: lookupOf(addresses), noDelay: true });
  return ready(socket, "connect", withinMs);
}

/** Speaks TLS over a socket; takes it over, also where that fails. */
export function secured(socket: Socket, tls: TlsOptions, withinMs: number): Promise<TLSSocket> {
  return ready(connectTls({ ...socketOptions(tls), socket }), "secureConnect", withinMs);
}

/** Resolves when the event has come; destroys the socket otherwise. */
async function ready<S extends Socket>(socket: S, event: string, withinMs: number): Promise<S> {
  const late = Object.assign(new Error(`no answer within ${withinMs} ms`), { code: "ETIMEDOUT" });
  const timer = setTimeout(() => socket.destroy(late), withinMs);
  try {
    await once(socket, event);
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
