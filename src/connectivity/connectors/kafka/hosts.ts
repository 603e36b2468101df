// Which hosts may be connected to. What a name resolves to is judged and connected to in one go, for brokers that options name and for
// those that the cluster tells of.

import { isIP } from "node:net";
import {
  type Broker,
  type Callback,
  type Connection,
  type ConnectionPool,
  MultipleErrors,
  NetworkError,
} from "@platformatic/kafka";
import type { Hosts } from "../../net/hosts.ts";

export type KafkaHosts = Pick<Hosts, "resolve" | "restricts" | "lookup">;

/** The same, but for an address that was judged before. */
export function trusting(hosts: KafkaHosts, address: string): KafkaHosts {
  const isTrusted = (host: string) => host === address && isIP(host) !== 0;
  return {
    resolve: (host) => hosts.resolve(host),
    restricts: (host) => !isTrusted(host) && hosts.restricts(host),
    lookup: hosts.lookup,
  };
}

/** Throws the reason where nothing may be connected to on one of them. */
export async function letIn(brokers: readonly string[], hosts: KafkaHosts): Promise<void> {
  for (const host of brokers) if (hosts.restricts(host)) await hosts.resolve(host);
}

/**
 * Lets a pool connect only to addresses that were judged. In clear the library is given the address in place of the name. Over TLS it needs
 * the name for the certificate, and `lookup` of the hosts among its TLS options.
 */
export function guard(pool: ConnectionPool, hosts: KafkaHosts, isTls: boolean): void {
  const find = pool.getEstablishedConnection.bind(pool);
  const get = pool.get.bind(pool);
  const places = new Map<string, Broker>();
  const dialing = new Map<string, Promise<Connection>>();
  const placeOf = (broker: Broker): Broker => places.get(keyOf(broker)) ?? broker;
  const dial = async (broker: Broker): Promise<Connection> => {
    const addresses = await judged(broker, hosts);
    if (isTls) return get(broker);
    const [place, connection] = await firstOf(
      addresses.map((host) => ({ ...broker, host })),
      get,
    );
    places.set(keyOf(broker), place);
    return connection;
  };
  /** Those who want one broker at once wait for one connection: otherwise one of them could overtake another. */
  const share = (broker: Broker): Promise<Connection> => {
    const key = keyOf(broker);
    const known = dialing.get(key);
    if (known !== undefined) return known;
    if (pool.has(placeOf(broker))) return get(placeOf(broker));
    const dialed = dial(broker);
    dialing.set(key, dialed);
    const forget = () => dialing.delete(key);
    dialed.then(forget, forget);
    return dialed;
  };
  const guardedGet = (broker: Broker | undefined, callback?: Callback<Connection>) => {
    const isFree = broker === undefined || !hosts.restricts(broker.host);
    const getting = isFree ? get(broker as Broker) : share(broker);
    if (callback === undefined) return getting;
    getting.then((connection) => callback(null, connection), callback);
  };
  pool.get = guardedGet as ConnectionPool["get"];
  pool.getEstablishedConnection = (broker) => find(placeOf(broker));
}

const keyOf = ({ host, port }: Broker): string => `${host}:${port}`;

/** The library tries again what it does not know as its own error. */
async function judged({ host }: Broker, hosts: KafkaHosts): Promise<readonly string[]> {
  try {
    return (await hosts.resolve(host)).map(({ address }) => address);
  } catch (error) {
    throw new NetworkError(`The broker '${host}' is not connected to.`, {
      cause: error as Error,
      canRetry: false,
    });
  }
}

/** The first that can be connected to. */
async function firstOf(
  places: readonly Broker[],
  get: (broker: Broker) => Promise<Connection>,
): Promise<readonly [Broker, Connection]> {
  const failures: Error[] = [];
  for (const place of places) {
    try {
      return [place, await get(place)];
    } catch (error) {
      failures.push(error as Error);
    }
  }
  throw new MultipleErrors("No address of the broker answers.", failures);
}
