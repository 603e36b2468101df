// Connections to brokers and endpoints, whatever their transport.

import { encryptionKey, jsonPointers, SECRET_POINTERS } from "../connection-secrets.ts";
import { hosts, subnets } from "../host-kinds.ts";
import { optional, setting } from "../setting.ts";
import { bytes, duration, flag, headerNames, keeping, pattern, whole } from "../setting-kinds.ts";
import { userIndicatedErrors } from "../user-indicated-errors.ts";

const path = "ditto.connectivity.connection";
const client = "ditto.connectivity.client";

export const connectivitySettings = {
  maxConnectionSources: setting(
    "CONNECTION_SOURCE_NUMBER",
    whole(0),
    "4",
    "The most sources of one connection.",
    `${path}.max-source-number`,
  ),
  maxConnectionTargets: setting(
    "CONNECTION_TARGET_NUMBER",
    whole(0),
    "4",
    "The most targets of one connection.",
    `${path}.max-target-number`,
  ),
  maxConnectionClients: setting(
    "CONNECTION_CLIENT_NUMBER",
    whole(1, 1000),
    "100",
    "The most clients of one connection (its clientCount).",
  ),
  maxConnectionConsumers: setting(
    "CONNECTION_CONSUMER_NUMBER",
    whole(1, 1000),
    "100",
    "The most consumers of one source (its consumerCount), for each client.",
  ),
  connectionAllowedHostnames: optional(
    "CONNECTIVITY_CONNECTION_ALLOWED_HOSTNAMES",
    hosts,
    "Hosts that connections may lead to, whatever the next three settings say.",
    `${path}.allowed-hostnames`,
  ),
  connectionBlockedHostnames: optional(
    "CONNECTIVITY_CONNECTION_BLOCKED_HOSTNAMES",
    hosts,
    "Hosts that connections must not lead to, under any name. Where this is set, loopback, private and multicast addresses are " +
      "blocked too; as in Ditto the next two settings count only then.",
    `${path}.blocked-hostnames`,
  ),
  connectionBlockedSubnets: optional(
    "CONNECTIVITY_CONNECTION_BLOCKED_SUBNETS",
    subnets,
    "Networks that connections must not lead into.",
    `${path}.blocked-subnets`,
  ),
  connectionBlockedHostRegex: optional(
    "CONNECTIVITY_CONNECTION_BLOCKED_HOST_REGEX",
    pattern,
    "Names of hosts that connections must not lead to, as a whole.",
    `${path}.blocked-host-regex`,
  ),
  connectionHeadersToKeep: optional(
    "CONNECTION_EVENT_HISTORICAL_HEADERS_TO_PERSIST",
    headerNames,
    "As THING_EVENT_HISTORICAL_HEADERS_TO_PERSIST, for connections.",
    `${path}.event.historical-headers-to-persist`,
  ),
  connectionOpeningDelay: setting(
    "RECONNECT_INITIAL_DELAY",
    keeping,
    "0",
    "How long a server that starts waits before it opens the connections that are to be open.",
    "ditto.connectivity.persistence-ping.initial-delay",
  ),
  connectionOpeningInterval: setting(
    "RECONNECT_RATE_FREQUENCY",
    duration,
    "100ms",
    "The span of time that RECONNECT_RATE_ENTITIES is about.",
    "ditto.connectivity.persistence-ping.rate.frequency",
  ),
  connectionOpeningCount: setting(
    "RECONNECT_RATE_ENTITIES",
    whole(1, 10_000),
    "10",
    "How many of them it begins to open in each interval.",
    "ditto.connectivity.persistence-ping.rate.entities",
  ),
  connectionUserIndicatedErrors: setting(
    "USER_INDICATED_ERRORS",
    userIndicatedErrors,
    "[]",
    "Further errors by which a connection counts as `misconfigured`: the name or code of the error, or `*` for any, and what its " +
      "message has to fit as a whole.",
    "ditto.connectivity.user-indicated-errors-extended",
  ),
  connectionSearchIdleTimeout: setting(
    "CONNECTIVITY_CLIENT_SUBSCRIPTION_MANAGER_TIMEOUT",
    duration,
    "60s",
    "How long a search or a stream of past events by a connection goes on of which nothing is asked and told.",
    `${client}.subscription-manager-timeout`,
  ),
  connectionCommandTimeout: setting(
    "CONNECTIVITY_CLIENT_ACTOR_ASK_TIMEOUT",
    duration,
    "55s",
    "How long a command that opens or closes a connection waits for that.",
    `${path}.client-actor-ask-timeout`,
  ),
  issuedAcknowledgementMaxBytes: setting(
    "CONNECTIVITY_ACKNOWLEDGEMENT_ISSUED_MAX_BYTES",
    bytes,
    "100000",
    "The longest payload of an acknowledgement that a target issues; a longer one counts as a failure (500).",
    `${path}.acknowledgement.issued-max-bytes`,
  ),
  connectionShutdownTimeout: setting(
    "CONNECTION_SHUTDOWN_TIMEOUT",
    duration,
    "3s",
    "How long a connection that is closed waits for what has come in by it and is in work.",
    `${path}.shutdown-timeout`,
  ),
  connectionMessagesInWork: setting(
    "CONNECTIVITY_CLIENT_MESSAGES_IN_WORK",
    whole(1),
    "2000",
    "How many incoming messages of one client of a connection may be in work at once; then it takes no more from the broker.",
  ),
  connectionMaxPayloadBytes: setting(
    "CONNECTIVITY_MAX_PAYLOAD_BYTES",
    bytes,
    "10M",
    "The longest payload of a message that comes in by a connection; a longer one is refused before any mapper sees it.",
  ),
  connectingMinTimeout: setting(
    "CONNECTIVITY_CLIENT_CONNECTING_MIN_TIMEOUT",
    duration,
    "50s",
    "How long the first attempt to connect may take; following ones may take longer and longer.",
    `${client}.connecting-min-timeout`,
  ),
  connectingMaxTimeout: setting(
    "CONNECTIVITY_CLIENT_CONNECTING_MAX_TIMEOUT",
    duration,
    "60m",
    "How long any attempt to connect may take.",
    `${client}.connecting-max-timeout`,
  ),
  connectingMaxTries: setting(
    "CONNECTIVITY_CLIENT_CONNECTING_MAX_TRIES",
    whole(1),
    "50",
    "After so many failed attempts a connection is given up until it is opened again.",
    `${client}.connecting-max-tries`,
  ),
  disconnectingMaxTimeout: setting(
    "CONNECTIVITY_CLIENT_DISCONNECTING_MAX_TIMEOUT",
    duration,
    "5s",
    "How long closing a connection may take.",
    `${client}.disconnecting-max-timeout`,
  ),
  disconnectAnnouncementTimeout: setting(
    "CONNECTIVITY_CLIENT_DISCONNECT_ANNOUNCEMENT_TIMEOUT",
    duration,
    "3s",
    "How long a connection stays open after it has announced that it closes.",
    `${client}.disconnect-announcement-timeout`,
  ),
  connectionTestTimeout: setting(
    "CONNECTIVITY_CLIENT_TESTING_TIMEOUT",
    duration,
    "10s",
    "How long the test of a connection may take.",
    `${client}.testing-timeout`,
  ),
  connectionMinBackoff: setting(
    "CONNECTIVITY_CLIENT_MIN_BACKOFF",
    duration,
    "5s",
    "How long a connection that was lost waits before it is made again, the first time.",
    `${client}.min-backoff`,
  ),
  connectionMaxBackoff: setting(
    "CONNECTIVITY_CLIENT_MAX_BACKOFF",
    duration,
    "60m",
    "How long it waits at most, after failure upon failure.",
    `${client}.max-backoff`,
  ),
  connectionEncryptionEnabled: setting(
    "CONNECTIVITY_CONNECTION_ENCRYPTION_ENABLED",
    flag,
    "false",
    "Whether the secrets of connections are encrypted in the database, with AES-256-GCM.",
    `${path}.encryption.encryption-enabled`,
  ),
  connectionEncryptionKey: optional(
    "CONNECTIVITY_CONNECTION_ENCRYPTION_KEY",
    encryptionKey,
    "The key that they are encrypted with.",
    `${path}.encryption.symmetrical-key`,
  ),
  connectionOldEncryptionKey: optional(
    "CONNECTIVITY_CONNECTION_OLD_ENCRYPTION_KEY",
    encryptionKey,
    "The key of before, while keys are rotated: what cannot be read with the new key is read with it.",
    `${path}.encryption.old-symmetrical-key`,
  ),
  connectionEncryptionPointers: setting(
    "CONNECTIVITY_CONNECTION_ENCRYPTION_POINTERS",
    jsonPointers,
    SECRET_POINTERS.join(","),
    "JSON pointers of the secrets; of a URI only the password is one.",
    `${path}.encryption.json-pointers`,
  ),
  connectionMigrationBatch: setting(
    "CONNECTIVITY_ENCRYPTION_MIGRATION_BATCH_SIZE",
    whole(1, 1000),
    "10",
    "How many rows the migration of encrypted secrets rewrites in one statement.",
    `${path}.encryption.migration.batch-size`,
  ),
  connectionMigrationRowsPerMinute: setting(
    "CONNECTIVITY_ENCRYPTION_MIGRATION_MAX_DOCS_PER_MINUTE",
    whole(0),
    "200",
    "How many rows it looks at in a minute. 0: as fast as it can.",
    `${path}.encryption.migration.max-documents-per-minute`,
  ),
} as const;
