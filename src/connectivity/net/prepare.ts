// From a connection to the endpoint that its connector talks to: the host is checked, and the tunnel opened if there is one.

import { ConnectFailure, type Endpoint, type Transport } from "../connectors/connector.ts";
import { connectionUriInvalid } from "../errors.ts";
import type { Connection } from "../model.ts";
import { partsOf } from "../uri.ts";
import { unreachable } from "./failures.ts";
import type { Hosts } from "./hosts.ts";
import { openSocket } from "./sockets.ts";
import { openTunnel, type TunnelSettings } from "./ssh-tunnel.ts";
import { type TlsOptions, tlsOf } from "./tls.ts";

export interface Prepared {
  /** An address that was checked, where checks are on, but for HTTP push, which checks itself; else the host as it was given. */
  readonly endpoint: Endpoint;
  readonly tls: TlsOptions | undefined;
  /** Why the way to the endpoint is lost, once it is; pending where it is not, or was closed. */
  readonly lost: Promise<Error>;
  /** Gives the tunnel back. Never rejects. */
  close(): Promise<void>;
}

export interface Ways {
  readonly hosts: Hosts;
  readonly tunnel: TunnelSettings;
}

const CONNECT_WITHIN_MS = 20_000;

/** Prepares the way for one attempt of one client. Rejects with a {@link ConnectFailure}, or a refusal of the configuration. */
export async function prepare(
  connection: Connection,
  schemes: Transport["schemes"],
  { hosts, tunnel }: Ways,
): Promise<Prepared> {
  const { scheme, host, port } = partsOf(connection.uri);
  const known = Object.hasOwn(schemes, scheme) ? schemes[scheme] : undefined;
  if (!known)
    throw connectionUriInvalid("/uri", `Its scheme must be one of ${Object.keys(schemes).join(", ")}.`);
  const tls = known.isSecure ? tlsOf(connection, host) : undefined;
  if (!connection.sshTunnel?.enabled) {
    // HTTP push follows a name where it moves, perhaps by a proxy, and checks it for each of its many sockets.
    const isPush = connection.connectionType === "http-push";
    const endpoint = isPush ? { host, port } : await checked({ host, port }, hosts);
    return { endpoint, tls, lost: never, close: nothing };
  }
  const opened = await openTunnel(connection.sshTunnel, { host, port }, hosts, tunnel);
  return { endpoint: opened.endpoint, tls, lost: opened.lost, close: () => opened.close() };
}

/** One of the checked addresses: of several the one that answers, so that connectors need not try them all. */
async function checked(endpoint: Endpoint, hosts: Hosts): Promise<Endpoint> {
  const { host, port } = endpoint;
  if (!hosts.restricts(host)) return endpoint;
  const [first, ...more] = await hosts.resolve(host);
  if (first && more.length === 0) return { host: first.address, port };
  try {
    const socket = await openSocket(hosts, endpoint, CONNECT_WITHIN_MS);
    const { remoteAddress } = socket;
    socket.destroy();
    if (remoteAddress === undefined) throw new ConnectFailure(`'${host}' has closed the connection.`, false);
    return { host: remoteAddress, port };
  } catch (error) {
    throw unreachable(`'${host}'`, error);
  }
}

const never = new Promise<Error>(() => undefined);
const nothing = async (): Promise<void> => undefined;
