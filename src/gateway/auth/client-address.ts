// From where a client asks, by which failed logins are counted.

import type { IncomingMessage } from "node:http";
import { isIPv6 } from "node:net";

/**
 * The address of the client of a request, behind so many proxies of the operator's, each of which adds the address that
 * asked it to X-Forwarded-For. What clients write there themselves is further to the left, and not looked at.
 */
export function clientAddress({ headers, socket }: IncomingMessage, trustedProxies: number): string {
  const peer = socket.remoteAddress ?? "";
  if (trustedProxies === 0) return networkOf(peer);
  const told = String(headers["x-forwarded-for"] ?? "").split(",");
  return networkOf(withoutPort(told.at(-trustedProxies)?.trim() || peer));
}

/** Some proxies tell the port as well, which is another one for each connection. */
const withoutPort = (address: string): string =>
  (/^\[([^\]]*)\](?::\d+)?$/.exec(address) ?? /^([\d.]+):\d+$/.exec(address))?.[1] ?? address;

/** One client commands all 2^64 addresses of its IPv6 network, so they count as one. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address)) return address.slice(0, 64);
  const [head = "", tail] = (address.split("%", 1)[0] as string).split("::");
  const groups = head === "" ? [] : head.split(":");
  const last = tail ? tail.split(":") : [];
  if (tail !== undefined)
    groups.push(...Array(Math.max(0, 8 - groups.length - last.length)).fill("0"), ...last);
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":")}::/64`;
}
