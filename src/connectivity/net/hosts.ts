// Which hosts connections may go to, against requests that are forged by way of this server (SSRF).
//
// What a name resolves to is checked and connected to in one go: a name that resolves to something else a moment later gains nothing.

import { type LookupAddress, type LookupOptions, lookup as lookUp } from "node:dns";
import { type BlockList, isIP, type LookupFunction } from "node:net";
import type { RE2JS } from "re2js";
import { ConnectFailure } from "../connectors/connector.ts";
import { internalKind, isIn, isSameAddress, networksOf } from "./addresses.ts";

export interface HostRules {
  /** Names and addresses that may be used whatever else is said. */
  readonly allowedHostnames: readonly string[];
  /**
   * Names and addresses, and whatever has the same address. Where there is any, internal addresses are blocked as well; where
   * there is none, nothing is blocked at all, as in Ditto.
   */
  readonly blockedHostnames: readonly string[];
  /** As `10.0.0.0/8`. */
  readonly blockedSubnets: readonly string[];
  /** Matches the whole of a host that is blocked. */
  readonly blockedHostRegex: RE2JS | undefined;
}

/** All addresses of a name. */
export type Resolve = (host: string) => Promise<readonly LookupAddress[]>;

export interface Hosts {
  /** Why a host may not be used, or that it is unknown where that matters; `undefined` where nothing is against it. */
  refusalOf(host: string): Promise<string | undefined>;
  /** The addresses to connect to; rejects with a {@link ConnectFailure} where there are none or one must not be used. */
  resolve: Resolve;
  /** Whether the addresses of this host matter, so that nobody else may resolve it once more. */
  restricts(host: string): boolean;
  /** For `node:net` and `node:tls`, which do not ask it about hosts that are addresses. */
  readonly lookup: LookupFunction;
}

/** Throws an Error where a subnet is none. */
export function hostsBy(rules: HostRules, resolve: Resolve = resolveBySystem): Hosts {
  const judge = new Judge(rules, resolve);
  const checked: Resolve = async (host) => {
    const { addresses, refusal } = await judge.judge(host);
    if (refusal !== undefined) throw new ConnectFailure(refusal, true);
    return addresses;
  };
  return {
    refusalOf: async (host) => (judge.restricts(host) ? (await judge.judge(host)).refusal : undefined),
    resolve: checked,
    restricts: (host) => judge.restricts(host),
    lookup: (host, options, callback) => answerLookup(checked(host), options, callback),
  };
}

/** A lookup that knows these addresses only. */
export const lookupOf =
  (addresses: readonly LookupAddress[]): LookupFunction =>
  (_host, options, callback) =>
    answerLookup(Promise.resolve(addresses), options, callback);

function answerLookup(
  found: Promise<readonly LookupAddress[]>,
  { all, family }: LookupOptions,
  callback: Parameters<LookupFunction>[2],
): void {
  const wanted = family === "IPv4" ? 4 : family === "IPv6" ? 6 : family || undefined;
  found.then(
    (addresses) => {
      const fitting = addresses.filter((one) => wanted === undefined || one.family === wanted);
      const [first] = fitting;
      if (all) callback(null, fitting);
      else if (first) callback(null, first.address, first.family);
      else callback(new Error("The host has no address of that family."), "");
    },
    (error: Error) => callback(error, ""),
  );
}

interface Judgement {
  readonly addresses: readonly LookupAddress[];
  /** Why the host must not be used. */
  readonly refusal?: string;
}

class Judge {
  readonly #rules: HostRules;
  readonly #resolve: Resolve;
  readonly #allowed: ReadonlySet<string>;
  readonly #blocked: ReadonlySet<string>;
  readonly #subnets: BlockList;

  constructor(rules: HostRules, resolve: Resolve) {
    this.#rules = rules;
    this.#resolve = resolve;
    this.#allowed = new Set(rules.allowedHostnames.map(plainName));
    this.#blocked = new Set(rules.blockedHostnames.map(plainName));
    this.#subnets = networksOf(rules.blockedSubnets);
  }

  restricts(host: string): boolean {
    return this.#blocked.size > 0 && !this.#allowed.has(plainName(host));
  }

  async judge(host: string): Promise<Judgement> {
    const name = plainName(host);
    if (this.restricts(host) && (this.#blocked.has(name) || this.#rules.blockedHostRegex?.matches(name)))
      return { addresses: [], refusal: `The host '${host}' is blocked.` };
    const addresses = await this.#addresses(host);
    if (addresses.length === 0) return { addresses, refusal: `The host '${host}' is unknown.` };
    if (!this.restricts(host)) return { addresses };
    const blocked = await this.#blockedAddresses();
    for (const { address } of addresses) {
      const reason = this.#reasonAgainst(address, blocked);
      if (reason !== undefined)
        return { addresses, refusal: `The host '${host}' must not be used: ${address} is ${reason}.` };
    }
    return { addresses };
  }

  #reasonAgainst(address: string, blocked: readonly string[]): string | undefined {
    if (isIn(this.#subnets, address)) return "in a blocked network";
    const kind = internalKind(address);
    if (kind !== undefined) return `${kind} address`;
    return blocked.some((other) => isSameAddress(address, other)) ? "a blocked address" : undefined;
  }

  async #blockedAddresses(): Promise<readonly string[]> {
    const found = await Promise.all([...this.#blocked].map((name) => this.#addresses(name)));
    return found.flat().map(({ address }) => address);
  }

  async #addresses(host: string): Promise<readonly LookupAddress[]> {
    const plain = plainName(host);
    const family = isIP(plain);
    if (family !== 0) return [{ address: plain, family }];
    return this.#resolve(host).catch(() => []);
  }
}

/** Names as DNS compares them; IPv6 addresses without brackets. */
const plainName = (host: string): string =>
  host
    .trim()
    .toLowerCase()
    .replace(/^\[(.*)\]$/s, "$1")
    .replace(/\.$/, "");

const resolveBySystem: Resolve = (host) =>
  new Promise((resolve, reject) => {
    lookUp(host, { all: true, verbatim: true }, (error, addresses) =>
      error ? reject(error) : resolve(addresses),
    );
  });

/** Where the way was named by the operator of the server, or leads to this machine by intent. */
export const anyHosts: Pick<Hosts, "resolve" | "restricts"> = {
  resolve: resolveBySystem,
  restricts: () => false,
};
