// Kinds of settings about hosts that connections may lead to.

import { isIP } from "node:net";
import type { Kind } from "./setting-kinds.ts";

const HOST = /^[\w.:%-]+$/;

/** Names and addresses of hosts. */
export const hosts: Kind<readonly string[]> = {
  form: "host,…",
  secret: false,
  parse: (text) => partsOf(text, (part) => HOST.test(part), "names or addresses of hosts"),
};

/** Names and addresses of hosts (IPv6 in brackets), each with or without a port, in lower case. */
export const hostsWithPorts: Kind<readonly string[]> = {
  form: "host or host:port,…",
  secret: false,
  parse: (text) => partsOf(text.toLowerCase(), isHostWithPort, "hosts, or hosts with their ports"),
};

const isHostWithPort = (text: string): boolean =>
  /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/.test(text) && URL.canParse(`http://${text}`);

/** Networks, each an address and the length of its prefix. */
export const subnets: Kind<readonly string[]> = {
  form: "network/bits,…",
  secret: false,
  parse: (text) => partsOf(text, isSubnet, "networks, as 10.0.0.0/8 or fd00::/8"),
};

function partsOf(text: string, fits: (part: string) => boolean, what: string): readonly string[] {
  const parts = text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  if (!parts.every(fits)) throw new Error(`must be ${what}, separated by commas`);
  return parts;
}

function isSubnet(text: string): boolean {
  const [, address = "", bits = ""] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  const version = isIP(address);
  return version !== 0 && Number(bits) <= (version === 4 ? 32 : 128);
}
