// IP addresses, and of which kind they are. One address can be written in many ways; here it is what a packet would go to.

import { BlockList, isIP, isIPv4 } from "node:net";

/** Why an address is nothing for connections to the outside; `undefined` where it is one like others. */
export function internalKind(address: string): string | undefined {
  const { text, family } = plainAddress(address);
  return internal.find(([, list]) => list.check(text, family))?.[0];
}

/** Networks in CIDR form, or single addresses. Throws an Error that names the one that is neither. */
export function networksOf(subnets: readonly string[]): BlockList {
  const list = new BlockList();
  for (const subnet of subnets) addNetwork(list, subnet);
  return list;
}

/** Whether an address is in one of the networks. */
export function isIn(networks: BlockList, address: string): boolean {
  const { text, family } = plainAddress(address);
  return networks.check(text, family);
}

/** Whether two texts are one address. */
export const isSameAddress = (one: string, other: string): boolean =>
  plainAddress(one).text === plainAddress(other).text;

function addNetwork(list: BlockList, subnet: string): void {
  const [address = "", prefix, ...more] = subnet.trim().split("/");
  const family = isIPv4(address) ? "ipv4" : "ipv6";
  const most = family === "ipv4" ? 32 : 128;
  const length = prefix === undefined ? most : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN;
  if (isIP(address) === 0 || more.length > 0 || !(length <= most))
    throw new Error(`'${subnet}' is no network, as 10.0.0.0/8 or fd00::/8`);
  list.addSubnet(address, length, family);
}

const kinds: readonly (readonly [kind: string, ...networks: string[]])[] = [
  ["a loopback", "127.0.0.0/8", "::1"],
  ["a wildcard", "0.0.0.0/8", "::"],
  ["a link-local", "169.254.0.0/16", "fe80::/10"],
  ["a private", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fec0::/10", "fc00::/7"],
  ["a multicast", "224.0.0.0/4", "ff00::/8", "255.255.255.255"],
];
const internal = kinds.map(([kind, ...networks]) => [kind, networksOf(networks)] as const);

interface PlainAddress {
  readonly text: string;
  readonly family: "ipv4" | "ipv6";
}

/** The IPv4 address within an IPv6 one that stands for it, else the address in its shortest form. */
function plainAddress(address: string): PlainAddress {
  if (isIPv4(address)) return { text: address, family: "ipv4" };
  const groups = groupsOf(address.replace(/%.*$/s, ""));
  const embedded = embeddedIPv4(groups);
  if (embedded) return { text: embedded, family: "ipv4" };
  return { text: groups.map((group) => group.toString(16)).join(":"), family: "ipv6" };
}

/** The eight groups of an IPv6 address; the parser of URLs knows all its forms. */
function groupsOf(address: string): readonly number[] {
  const short = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = "", tail] = short.split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = new Array<string>(8 - before.length - after.length).fill("0");
  return [...before, ...zeros, ...after].map((group) => Number.parseInt(group, 16));
}

/** Of mapped and compatible addresses, of NAT64 and of 6to4. */
function embeddedIPv4(groups: readonly number[]): string | undefined {
  const [first = 0, second = 0, third = 0, , , sixth = 0, seventh = 0, eighth = 0] = groups;
  const start = groups.slice(0, 5).every((group) => group === 0);
  const isMapped = start && sixth === 0xffff;
  const isCompatible = start && sixth === 0 && (seventh !== 0 || eighth > 1);
  const isNat64 = first === 0x64 && second === 0xff9b;
  if (isMapped || isCompatible || isNat64) return ipv4Of(seventh, eighth);
  return first === 0x2002 ? ipv4Of(second, third) : undefined;
}

const ipv4Of = (high: number, low: number): string =>
  [high >> 8, high & 0xff, low >> 8, low & 0xff].join(".");
