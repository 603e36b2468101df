// Clients of the library for one connector, and what they may connect to.

import { isIP } from "node:net";
import { type BaseOptions, ConnectionPool, Consumer, Producer } from "@platformatic/kafka";
import type { Connection } from "../../model.ts";
import { optionsOfMany, type TlsOptions } from "../../net/tls.ts";
import { partsOf } from "../../uri.ts";
import type { ConnectorParts, Endpoint } from "../connector.ts";
import { guard, type KafkaHosts } from "./hosts.ts";
import { bootstrapServers, groupId, saslOf } from "./options.ts";
import { assignInRanges } from "./ranges.ts";
import type { KafkaSettings } from "./settings.ts";

export type KafkaConsumer = Consumer<Buffer, Buffer, Buffer, Buffer>;
export type KafkaProducer = Producer<Buffer, Buffer, Buffer, Buffer>;

/** Requests within others are tried again for each of these, so that it takes about three seconds until a broker is given up. */
const RETRIES = 3;
const RETRY_DELAY_MS = 200;
/** So often it is asked for a topic, which may just be made. */
export const TOPIC_RETRIES = 15;
const REQUEST_TIMEOUT_MS = 30_000;
/** Within which members of a group have to join anew; below the timeout of a request. */
const REBALANCE_TIMEOUT_MS = 20_000;
const PRODUCE_TIMEOUT_MS = 10_000;

export function consumerOf(parts: ConnectorParts, settings: KafkaSettings, hosts: KafkaHosts): KafkaConsumer {
  const consumer = new Consumer({
    ...commonOptions(parts, settings, hosts, "consumer"),
    groupId: groupId(parts.connection),
    // As Ditto's consumers have it, so that both can be members of one group.
    protocols: [{ name: "range", version: 1 }],
    partitionAssigner: assignInRanges,
    sessionTimeout: settings.sessionTimeout,
    heartbeatInterval: settings.heartbeatInterval,
    heartbeatStallTimeout: settings.sessionTimeout * 2,
    rebalanceTimeout: REBALANCE_TIMEOUT_MS,
  });
  guard(consumer.connections, hosts, parts.tls !== undefined);
  return consumer;
}

/** Connections to fetch by, apart from those of the consumer. */
export function fetchPool(parts: ConnectorParts, settings: KafkaSettings, hosts: KafkaHosts): ConnectionPool {
  const { connection, clientIndex, tls } = parts;
  const clientId = `${connection.id}-${clientIndex}-consumer`;
  const pool = new ConnectionPool(clientId, commonOptions(parts, settings, hosts, "consumer"));
  guard(pool, hosts, tls !== undefined);
  return pool;
}

/** Trying again is left to whoever sends: otherwise messages could overtake each other. */
export function producerOf(parts: ConnectorParts, settings: KafkaSettings, hosts: KafkaHosts): KafkaProducer {
  const producer: KafkaProducer = new Producer({
    ...commonOptions(parts, settings, hosts, "producer"),
    retries: 0,
    repeatOnStaleMetadata: false,
    timeout: PRODUCE_TIMEOUT_MS,
    compression: settings.producer.compression,
  });
  guard(producer.connections, hosts, parts.tls !== undefined);
  return producer;
}

function commonOptions(
  parts: ConnectorParts,
  settings: KafkaSettings,
  hosts: KafkaHosts,
  role: string,
): BaseOptions {
  const { connection, clientIndex, tls, endpoint } = parts;
  const sasl = saslOf(connection);
  const brokers = brokersOf(connection, endpoint);
  return {
    clientId: `${connection.id}-${clientIndex}-${role}`,
    bootstrapBrokers: [...brokers],
    autocreateTopics: true,
    metadataMaxAge: settings.metadataMaxAge,
    retries: RETRIES,
    retryDelay: RETRY_DELAY_MS,
    requestTimeout: REQUEST_TIMEOUT_MS + settings.fetchMaxWait,
    ...(sasl === undefined ? {} : { sasl }),
    ...(tls === undefined ? {} : tlsOptions(tls, brokers, hosts)),
  };
}

/** The broker of the URI, where its address was checked by that, and those of `bootstrapServers`. */
export function brokersOf(connection: Connection, endpoint: Endpoint): readonly Endpoint[] {
  const { host, port } = partsOf(connection.uri);
  const others = (bootstrapServers(connection) ?? []).filter(
    (server) => server.host !== host || server.port !== port,
  );
  return [{ host: endpoint.host, port: endpoint.port }, ...others];
}

/** Each broker must have a certificate for the name that it is connected to by, or that was given for the address of the first. */
function tlsOptions(
  tls: TlsOptions,
  brokers: readonly Endpoint[],
  { lookup }: KafkaHosts,
): Pick<BaseOptions, "tls" | "tlsServerName"> {
  const nameOf = (host: string): string => (host === brokers[0]?.host ? tls.servername : host);
  return {
    tls: { ...optionsOfMany(tls, nameOf), lookup },
    // Brokers of one cluster are called by names, or else by addresses, which must not be sent as names.
    tlsServerName: brokers.every(({ host }) => isIP(host) === 0),
  };
}
