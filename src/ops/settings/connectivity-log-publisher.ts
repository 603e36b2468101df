// Publishing the logs of connections to a Fluentd or Fluent Bit.

import { logContext, logLevels } from "../log-publisher-kinds.ts";
import { optional, setting } from "../setting.ts";
import { bytes, duration, flag, host, keeping, text, whole } from "../setting-kinds.ts";

const path = "ditto.connectivity.monitoring.logger.publisher";
const fluency = `${path}.fluency`;

export const connectivityLogPublisherSettings = {
  logPublisherEnabled: setting(
    "CONNECTIVITY_LOGGER_PUBLISHER_ENABLED",
    flag,
    "false",
    "Whether the entries of the logs of connections are published, also while the logs are off.",
    `${path}.enabled`,
  ),
  logPublisherLevels: setting(
    "CONNECTIVITY_LOGGER_PUBLISHER_LOG_LEVELS",
    logLevels,
    "success,failure",
    "Which entries are published: success, failure or both.",
    `${path}.logLevels`,
  ),
  logPublisherTag: optional(
    "CONNECTIVITY_LOGGER_PUBLISHER_LOG_TAG",
    text,
    "The tag of all entries; unset: `connection:` and the ID of the connection.",
    `${path}.log-tag`,
  ),
  logPublisherContext: setting(
    "CONNECTIVITY_LOGGER_PUBLISHER_ADDITIONAL_LOG_CONTEXT",
    logContext,
    "{}",
    "What is added to every entry.",
    `${path}.additional-log-context`,
  ),
  logPublisherInstance: optional(
    "INSTANCE_INDEX",
    text,
    "What entries have as `instanceId`; unset: the name of the host.",
  ),
  logPublisherHost: setting(
    "CONNECTIVITY_LOGGER_PUBLISHER_FLUENCY_HOST",
    host,
    "localhost",
    "The host of the Fluentd or Fluent Bit; CONNECTIVITY_CONNECTION_BLOCKED_HOSTNAMES is not about it.",
    `${fluency}.host`,
  ),
  logPublisherPort: setting(
    "CONNECTIVITY_LOGGER_PUBLISHER_FLUENCY_PORT",
    whole(1, 65_535),
    "24224",
    "The port of its input `forward`.",
    `${fluency}.port`,
  ),
  logPublisherSslEnabled: setting(
    "CONNECTIVITY_LOGGER_PUBLISHER_FLUENCY_SSL_ENABLED",
    flag,
    "false",
    "Whether entries go there over TLS; other authorities than those of Node come by NODE_EXTRA_CA_CERTS.",
    `${fluency}.sslEnabled`,
  ),
  logPublisherConnectionTimeout: setting(
    "CONNECTIVITY_LOGGER_PUBLISHER_FLUENCY_CONNECTION_TIMEOUT",
    duration,
    "5s",
    "How long connecting to it may take.",
    `${fluency}.connectionTimeout`,
  ),
  logPublisherReadTimeout: setting(
    "CONNECTIVITY_LOGGER_PUBLISHER_FLUENCY_READ_TIMEOUT",
    duration,
    "5s",
    "How long it may take to acknowledge entries, where it is asked to; one that takes none for twice as long is connected to anew.",
    `${fluency}.readTimeout`,
  ),
  logPublisherAckResponseMode: setting(
    "CONNECTIVITY_LOGGER_PUBLISHER_FLUENCY_ACK_RESPONSE_MODE",
    flag,
    "false",
    "Whether it is asked to acknowledge entries; those that it does not are sent again, so that some may come twice.",
    `${fluency}.ackResponseMode`,
  ),
  logPublisherMaxBufferSize: setting(
    "CONNECTIVITY_LOGGER_PUBLISHER_FLUENCY_MAX_BUFFER_SIZE",
    bytes,
    "64M",
    "How much memory entries may take that wait; then the oldest are dropped.",
    `${fluency}.maxBufferSize`,
  ),
  logPublisherMinRetry: setting(
    "CONNECTIVITY_LOGGER_PUBLISHER_FLUENCY_SENDER_BASE_RETRY_INTERVAL",
    duration,
    "400ms",
    "How long to wait after a failure, the first time; then twice as long each time.",
    `${fluency}.senderBaseRetryInterval`,
  ),
  logPublisherMaxRetry: setting(
    "CONNECTIVITY_LOGGER_PUBLISHER_FLUENCY_SENDER_MAX_RETRY_INTERVAL",
    duration,
    "30s",
    "How long at most.",
    `${fluency}.senderMaxRetryInterval`,
  ),
  logPublisherFlushOnClose: setting(
    "CONNECTIVITY_LOGGER_PUBLISHER_FLUENCY_WAIT_UNTIL_ALL_BUFFER_FLUSHED_DURATION_ON_CLOSE",
    keeping,
    "5s",
    "How long the server that stops waits for what is not sent yet.",
    `${fluency}.waitUntilAllBufferFlushedDurationOnClose`,
  ),
} as const;
