// The connections of the server, put together on top of its twins.

import { hostname } from "node:os";
import type { Logger } from "pino";
import type { Cluster } from "./cluster/cluster.ts";
import { type Connections, startConnections } from "./connectivity/connections.ts";
import { type BoundedTransport, transportsOf } from "./connectivity/connectors/transports.ts";
import { conversations, type SpeakParts } from "./connectivity/inbound/speak.ts";
import type { LinksInCluster } from "./connectivity/lifecycle/link-parts.ts";
import { type Links, links } from "./connectivity/lifecycle/links.ts";
import type { LinkSettings } from "./connectivity/lifecycle/settings.ts";
import { sharingIn } from "./connectivity/lifecycle/sharing.ts";
import type { MappingEngines } from "./connectivity/mapping/engines.ts";
import type { MappingLimits } from "./connectivity/mapping/mapper.ts";
import { mappingsOf } from "./connectivity/mapping/mappings.ts";
import type { Connection } from "./connectivity/model.ts";
import { type Monitoring, monitoring } from "./connectivity/monitoring/monitoring.ts";
import { type LogPublisher, logPublisher } from "./connectivity/monitoring/publishing/log-publisher.ts";
import { type Hosts, hostsBy } from "./connectivity/net/hosts.ts";
import { prepare } from "./connectivity/net/prepare.ts";
import type { Divert } from "./connectivity/outbound/replies.ts";
import { clientKey } from "./connectivity/placing.ts";
import { connectionTexts } from "./connectivity/secrets/connection-texts.ts";
import { encryptionMigration } from "./connectivity/secrets/migration.ts";
import { openVault } from "./connectivity/secrets/vault.ts";
import { validateConnection } from "./connectivity/validate/validate.ts";
import { sessionAcks } from "./conversation/session-acks.ts";
import { weakAck } from "./dispatch/acks/ack.ts";
import type { Storage } from "./journal/open.ts";
import type { Config } from "./ops/config.ts";
import type { Twins } from "./twins.ts";

/** Of how many things at once a connection may be asked for acknowledgements. */
const REMEMBERED_ACKS = 100_000;
/** After so long a message that was not answered is given back to its broker. */
const LIFETIME_MS = 100_000;
/** So long a client that goes to another member of the cluster finishes what is in work; the broker has the rest delivered there. */
const HAND_OVER_MS = 2_000;

/** What connections need of the server beside its twins. */
export interface ServerParts {
  readonly speaking: SpeakParts;
  readonly engines: MappingEngines;
  readonly monitoring: Monitoring;
  /** Absent, the server is by itself. */
  readonly cluster?: Cluster;
  readonly log: Logger;
}

/** Reads the connections of the journal and begins to open those that are to be open. */
export async function openConnections(
  config: Config,
  { journal, database }: Storage,
  twins: Twins,
  { speaking, engines, monitoring: watching, cluster, log }: ServerParts,
): Promise<Connections> {
  const limits = mappingLimitsOf(config);
  const hosts = hostsOf(config);
  const transports = transportsOf(config, hosts);
  const encryption = {
    enabled: config.connectionEncryptionEnabled,
    key: config.connectionEncryptionKey,
    oldKey: config.connectionOldEncryptionKey,
    pointers: config.connectionEncryptionPointers,
  };
  const validation = {
    transports,
    engines: [...new Set(engines.values())],
    mappingLimits: limits,
    limits: {
      sources: config.maxConnectionSources,
      targets: config.maxConnectionTargets,
      clients: config.maxConnectionClients,
      consumers: config.maxConnectionConsumers,
    },
    refusalOfHost: hosts.refusalOf,
  };
  return startConnections({
    journal,
    vault: openVault(encryption),
    historicalHeaders: config.connectionHeadersToKeep ?? [],
    validate: (connection) => validateConnection(connection, validation),
    log,
    ...(cluster && { cluster }),
    links: linksOf(config, twins, { engines, limits, hosts, transports, watching, speaking, cluster, log }),
    monitoring: watching,
    mappingTests: { engines, limits },
    migration: encryptionMigration({
      texts: connectionTexts(database),
      encryption,
      batchSize: config.connectionMigrationBatch,
      rowsPerMinute: config.connectionMigrationRowsPerMinute,
      log,
    }),
    openingPace: {
      delayMs: config.connectionOpeningDelay,
      count: config.connectionOpeningCount,
      intervalMs: config.connectionOpeningInterval,
    },
    commandTimeoutMs: config.connectionCommandTimeout,
  });
}

/** Makes what notes the life of connections; it publishes their logs where the operator wants that. */
export const connectionMonitoring = (config: Config, log: Logger): Monitoring =>
  monitoring(
    {
      successCapacity: config.connectionLogSuccessCapacity,
      failureCapacity: config.connectionLogFailureCapacity,
      maxLogSizeBytes: config.connectionLogMaxBytes,
      logDurationMs: config.connectionLogDuration,
    },
    config.logPublisherEnabled ? publisherOfLogs(config, log) : undefined,
  );

const publisherOfLogs = (config: Config, log: Logger): LogPublisher =>
  logPublisher(
    {
      fluent: {
        host: config.logPublisherHost,
        port: config.logPublisherPort,
        isSecure: config.logPublisherSslEnabled,
        connectionTimeoutMs: config.logPublisherConnectionTimeout,
        readTimeoutMs: config.logPublisherReadTimeout,
        isAcknowledged: config.logPublisherAckResponseMode,
      },
      levels: config.logPublisherLevels,
      ...(config.logPublisherTag !== undefined && { tag: config.logPublisherTag }),
      context: {
        instanceId: config.logPublisherInstance ?? hostname(),
        additional: config.logPublisherContext,
      },
      maxBufferBytes: config.logPublisherMaxBufferSize,
      minRetryMs: config.logPublisherMinRetry,
      maxRetryMs: config.logPublisherMaxRetry,
      flushMs: config.logPublisherFlushOnClose,
    },
    log,
  );

interface LinksOf {
  readonly engines: MappingEngines;
  readonly limits: MappingLimits;
  readonly hosts: Hosts;
  readonly transports: readonly BoundedTransport[];
  readonly watching: Monitoring;
  readonly speaking: SpeakParts;
  readonly cluster: Cluster | undefined;
  readonly log: Logger;
}

/** What a member of a cluster knows of the clients of the others. */
const inCluster = (cluster: Cluster, divertHere: Divert): LinksInCluster => ({
  isHere: (connectionId, index) => cluster.mayServe(clientKey(connectionId, index)),
  sharing: sharingIn(cluster, divertHere),
  handOverMs: HAND_OVER_MS,
});

function linksOf(config: Config, twins: Twins, parts: LinksOf): Links {
  const { engines, limits, hosts, transports, watching, speaking, log } = parts;
  const ways = {
    hosts,
    tunnel: {
      heartbeatInterval: config.tunnelHeartbeatInterval,
      idleTimeout: config.tunnelIdleTimeout,
      socketKeepAlive: config.tunnelSocketKeepalive,
    },
  };
  const transportOf = ({ connectionType }: Connection): BoundedTransport => {
    const found = transports.find(({ types }) => types.includes(connectionType));
    if (!found) throw new Error(`There is no transport of type ${connectionType}.`);
    return found;
  };
  const { cluster } = parts;
  const all: Links = links({
    ...(cluster &&
      !cluster.isAlone && { cluster: inCluster(cluster, (...diverted) => all.divert(...diverted)) }),
    settings: linkSettingsOf(config),
    transportOf,
    queueSizeOf: (connection) => transportOf(connection).queueSize,
    prepare: (connection, schemes) => prepare(connection, schemes, ways),
    mappingsOf: (connection) => mappingsOf(connection, engines, limits),
    monitorOf: watching.monitorOf,
    converse: conversations({ ...speaking, searchIdleMs: config.connectionSearchIdleTimeout }),
    acksOf: (declared) => sessionAcks(declared, twins.onAck, REMEMBERED_ACKS),
    pubsub: twins.pubsub,
    announcements: twins.announcements,
    declaredAcks: twins.declaredAcks,
    onAck: twins.onAck,
    weakAck: (id, correlationId, label) =>
      twins.waiting.replies.ack(id, correlationId, weakAck(label, correlationId)),
    onFault: (error, correlationId) =>
      log.error({ err: error, correlationId }, "a message of a connection failed"),
  });
  return all;
}

/** Which hosts the server may go to by itself. */
export const hostsOf = (config: Config): Hosts =>
  hostsBy({
    allowedHostnames: config.connectionAllowedHostnames ?? [],
    blockedHostnames: config.connectionBlockedHostnames ?? [],
    blockedSubnets: config.connectionBlockedSubnets ?? [],
    blockedHostRegex: config.connectionBlockedHostRegex,
  });

/** What of MQTT was connected is connected again, as Ditto's client does that by itself. */
const afterLossOfMqtt = (config: Config) => ({
  minBackoffMs: Math.max(config.mqttReconnectAfterDisconnect, config.mqttReconnectMinBackoff),
  maxBackoffMs: config.mqttReconnectMaxBackoff,
});

const linkSettingsOf = (config: Config): LinkSettings => ({
  connectingMinTimeoutMs: config.connectingMinTimeout,
  connectingMaxTimeoutMs: config.connectingMaxTimeout,
  connectingMaxTries: config.connectingMaxTries,
  minBackoffMs: config.connectionMinBackoff,
  maxBackoffMs: config.connectionMaxBackoff,
  disconnectingMaxTimeoutMs: config.disconnectingMaxTimeout,
  disconnectAnnouncementTimeoutMs: config.disconnectAnnouncementTimeout,
  testingTimeoutMs: config.connectionTestTimeout,
  shutdownTimeoutMs: config.connectionShutdownTimeout,
  inWork: {
    most: config.connectionMessagesInWork,
    lifetimeMs: LIFETIME_MS,
    payloadBytes: config.connectionMaxPayloadBytes,
  },
  issuedMaxBytes: config.issuedAcknowledgementMaxBytes,
  afterLoss: { mqtt: afterLossOfMqtt(config), "mqtt-5": afterLossOfMqtt(config) },
  userIndicatedErrors: config.connectionUserIndicatedErrors,
  publishesFailedEnrichments: config.mappingPublishFailedEnrichments,
});

const mappingLimitsOf = (config: Config): MappingLimits => ({
  scriptBytes: config.mappingScriptBytes,
  scriptTimeMs: config.mappingScriptTime,
  scriptStackDepth: config.mappingScriptStackDepth,
  ...(config.mappingCommonJsPath !== undefined && { commonJsPath: config.mappingCommonJsPath }),
  incomingMessages: config.mappingIncomingMessages,
  outgoingMessages: config.mappingOutgoingMessages,
  sourceMappers: config.mappingSourceMappers,
  targetMappers: config.mappingTargetMappers,
});
