// A socket to a server of models: only to addresses that may be used, with TLS where the URL says so.

import type { LookupAddress } from "node:dns";
import { once } from "node:events";
import { connect, isIP, type LookupFunction, type Socket } from "node:net";
import { connect as connectTls, getCACertificates, type TLSSocket } from "node:tls";
import { ServerFault } from "./faults.ts";

/**
 * The addresses of a name, or the address itself. Rejects, with a sentence that says why, where the host is unknown or must not be
 * used. It is asked anew for each socket, so that a name that moves gains nothing.
 */
export type Resolve = (host: string) => Promise<readonly LookupAddress[]>;

export interface Way {
  readonly host: string;
  readonly port: number;
  readonly isSecure: boolean;
  readonly resolve: Resolve;
  /** Authorities that are trusted beside those of this server, PEM. */
  readonly ca: string | undefined;
}

const WITHIN_MS = 10_000;

/** Where a URL of http or https leads to. */
export function wayTo({ protocol, hostname, port }: URL, { resolve, ca }: Pick<Way, "resolve" | "ca">): Way {
  const isSecure = protocol === "https:";
  const host = hostname.replace(/^\[(.*)\]$/s, "$1");
  return { host, port: Number(port) || (isSecure ? 443 : 80), isSecure, resolve, ca };
}

/** Opens a socket that requests can be written to. Rejects as soon as the signal ends. */
export async function dial(way: Way, signal: AbortSignal): Promise<Socket> {
  const addresses = await allowed(way);
  signal.throwIfAborted();
  const { host, port } = way;
  const socket = connect({ host, port, lookup: lookupOf(addresses), noDelay: true });
  await ready(socket, "connect", signal);
  return way.isSecure ? ready(secured(socket, way), "secureConnect", signal) : socket;
}

async function allowed({ host, resolve }: Way): Promise<readonly LookupAddress[]> {
  try {
    return await resolve(host);
  } catch (error) {
    throw new ServerFault("unavailable", (error as Error).message);
  }
}

/** Knows these addresses only. */
const lookupOf =
  (addresses: readonly LookupAddress[]): LookupFunction =>
  (_, { all }, callback) => {
    const [first] = addresses;
    if (all) callback(null, [...addresses]);
    else if (first) callback(null, first.address, first.family);
    else callback(new Error("The host has no address."), "");
  };

const secured = (socket: Socket, { host, ca }: Way): TLSSocket =>
  connectTls({
    socket,
    host,
    // Addresses must not be sent as the name of a server, but are checked like one.
    servername: isIP(host) === 0 ? host : "",
    minVersion: "TLSv1.2",
    ...(ca === undefined ? {} : { ca: [...getCACertificates("default"), ca] }),
  });

/** Resolves when the event has come; destroys the socket otherwise. */
async function ready<S extends Socket>(socket: S, event: string, signal: AbortSignal): Promise<S> {
  const late = Object.assign(new Error(`no connection within ${WITHIN_MS} ms`), { code: "ETIMEDOUT" });
  const timer = setTimeout(() => socket.destroy(late), WITHIN_MS);
  try {
    await once(socket, event, { signal });
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
