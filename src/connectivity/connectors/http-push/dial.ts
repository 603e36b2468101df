// The way to an endpoint of HTTP: straight, by a proxy, or to the near end of a tunnel.

import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { isIPv6, type Socket } from "node:net";
import { anyHosts, type Hosts } from "../../net/hosts.ts";
import { openSocket, secured } from "../../net/sockets.ts";
import type { TlsOptions } from "../../net/tls.ts";
import type { Endpoint } from "../connector.ts";
import type { HttpProxy } from "./settings.ts";

export interface Way {
  /** A name here is resolved anew for each socket, by `hosts`. */
  readonly endpoint: Endpoint;
  readonly hosts: Pick<Hosts, "resolve" | "restricts">;
  readonly tls: TlsOptions | undefined;
  readonly proxy: HttpProxy | undefined;
}

const WITHIN_MS = 15_000;

/** Opens a socket that requests can be written to. */
export async function dial({ endpoint, hosts, tls, proxy }: Way): Promise<Socket> {
  const socket = proxy
    ? await openByProxy(proxy, await forProxy(endpoint, hosts))
    : await openSocket(hosts, endpoint, WITHIN_MS);
  return tls ? secured(socket, tls, WITHIN_MS) : socket;
}

/** Host and port as URIs have them. */
export const authorityOf = ({ host, port }: Endpoint): string =>
  `${isIPv6(host) ? `[${host}]` : host}:${port}`;

/** A proxy that resolved the name itself could come to another address than the one that was checked. */
async function forProxy(endpoint: Endpoint, hosts: Way["hosts"]): Promise<Endpoint> {
  if (!hosts.restricts(endpoint.host)) return endpoint;
  const [first] = await hosts.resolve(endpoint.host);
  return first ? { host: first.address, port: endpoint.port } : endpoint;
}

async function openByProxy(proxy: HttpProxy, target: Endpoint): Promise<Socket> {
  // The operator has named the proxy, so that it may be wherever it is.
  const near = await openSocket(anyHosts, { host: proxy.host, port: proxy.port }, WITHIN_MS);
  const authority = authorityOf(target);
  const connect = request({
    method: "CONNECT",
    path: authority,
    headers: { host: authority, ...proof(proxy) },
    createConnection: () => near,
    timeout: WITHIN_MS,
  });
  connect.on("timeout", () => connect.destroy(new Error("the proxy does not answer in time"))).end();
  const [{ statusCode }, socket] = (await once(connect, "connect")) as [IncomingMessage, Socket];
  if (statusCode === 200) return socket.setTimeout(0);
  socket.destroy();
  throw new Error(`the proxy refuses it with the status ${statusCode}`);
}

function proof({ username, password = "" }: HttpProxy): Readonly<Record<string, string>> {
  if (username === undefined) return {};
  return { "proxy-authorization": `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}` };
}
