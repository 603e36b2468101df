// What is told of connections while they are at work.

import { setting } from "../setting.ts";
import { bytes, duration, whole } from "../setting-kinds.ts";

const path = "ditto.connectivity.monitoring.logger";

export const connectivityMonitoringSettings = {
  connectionLogSuccessCapacity: setting(
    "CONNECTIVITY_LOGGER_SUCCESS_CAPACITY",
    whole(0, 10_000),
    "10",
    "How many entries about successes the logs of a connection keep of each step at each address.",
    `${path}.successCapacity`,
  ),
  connectionLogFailureCapacity: setting(
    "CONNECTIVITY_LOGGER_FAILURE_CAPACITY",
    whole(0, 10_000),
    "10",
    "How many entries about failures they keep.",
    `${path}.failureCapacity`,
  ),
  connectionLogMaxBytes: setting(
    "CONNECTIVITY_LOGGER_MAX_LOG_SIZE_BYTES",
    bytes,
    "250000",
    "How long the JSON of all entries may be that are told; the oldest are left out.",
    `${path}.maxLogSizeBytes`,
  ),
  connectionLogDuration: setting(
    "CONNECTIVITY_LOGGER_LOG_DURATION",
    duration,
    "1h",
    "How long the logs of a connection stay on after it was opened, or they were enabled or read.",
    `${path}.logDuration`,
  ),
  connectionMetricsConnections: setting(
    "CONNECTIVITY_METRICS_MAX_CONNECTIONS",
    whole(0, 10_000),
    "100",
    "Of how many connections there are metrics by themselves for Prometheus; those of the others are told together.",
  ),
} as const;
