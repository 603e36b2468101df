// Every knob of the server, one row each, by subject. Parsing, the command line, --help and docs/settings.md are made from
// these tables. Where Ditto has an environment variable for the same thing, its name is used.

import type { Setting } from "./setting.ts";
import { accessSettings } from "./settings/access.ts";
import { announcementSettings } from "./settings/announcements.ts";
import { clusterSettings } from "./settings/cluster.ts";
import { connectivitySettings } from "./settings/connectivity.ts";
import { connectivityHttpPushSettings } from "./settings/connectivity-http-push.ts";
import { connectivityKafkaSettings } from "./settings/connectivity-kafka.ts";
import { connectivityLogPublisherSettings } from "./settings/connectivity-log-publisher.ts";
import { connectivityMappingSettings } from "./settings/connectivity-mapping.ts";
import { connectivityMonitoringSettings } from "./settings/connectivity-monitoring.ts";
import { connectivityMqttSettings } from "./settings/connectivity-mqtt.ts";
import { connectivityNatsSettings } from "./settings/connectivity-nats.ts";
import { connectivityTunnelSettings } from "./settings/connectivity-tunnel.ts";
import { customIndexSettings } from "./settings/custom-indexes.ts";
import { eventStreamSettings } from "./settings/event-streams.ts";
import { extraFieldSettings } from "./settings/extra-fields.ts";
import { historySettings } from "./settings/history.ts";
import { limitSettings } from "./settings/limits.ts";
import { loginSettings } from "./settings/login.ts";
import { metricsSettings } from "./settings/metrics.ts";
import { operatorSettings } from "./settings/operators.ts";
import { policySettings } from "./settings/policies.ts";
import { predictionSettings } from "./settings/predictions.ts";
import { requestSettings } from "./settings/requests.ts";
import { searchSettings } from "./settings/search.ts";
import { searchIndexSettings } from "./settings/search-index.ts";
import { serverSettings } from "./settings/server.ts";
import { storageSettings } from "./settings/storage.ts";
import { throttlingSettings } from "./settings/throttling.ts";
import { tokenSettings } from "./settings/tokens.ts";
import { tracingSettings } from "./settings/tracing.ts";
import { webSettings } from "./settings/web.ts";

export const settings = {
  ...serverSettings,
  ...loginSettings,
  ...tokenSettings,
  ...operatorSettings,
  ...accessSettings,
  ...policySettings,
  ...announcementSettings,
  ...storageSettings,
  ...clusterSettings,
  ...historySettings,
  ...limitSettings,
  ...requestSettings,
  ...throttlingSettings,
  ...searchSettings,
  ...customIndexSettings,
  ...searchIndexSettings,
  ...extraFieldSettings,
  ...eventStreamSettings,
  ...webSettings,
  ...metricsSettings,
  ...tracingSettings,
  ...connectivitySettings,
  ...connectivityMappingSettings,
  ...connectivityMonitoringSettings,
  ...connectivityLogPublisherSettings,
  ...connectivityMqttSettings,
  ...connectivityKafkaSettings,
  ...connectivityNatsSettings,
  ...connectivityHttpPushSettings,
  ...connectivityTunnelSettings,
  ...predictionSettings,
} as const;

/** The same in parts with headings, for people. */
export const settingsBySubject: readonly (readonly [heading: string, rows: readonly Setting[]])[] = [
  ["The server", Object.values(serverSettings)],
  ["Logging in", Object.values(loginSettings)],
  ["Tokens", Object.values(tokenSettings)],
  ["Operators", Object.values(operatorSettings)],
  ["Namespaces and creation", Object.values(accessSettings)],
  ["Policies", Object.values(policySettings)],
  ["Announcements of policies", Object.values(announcementSettings)],
  ["Storage", Object.values(storageSettings)],
  ["Clusters", Object.values(clusterSettings)],
  ["History", Object.values(historySettings)],
  ["Limits", Object.values(limitSettings)],
  ["Requests", Object.values(requestSettings)],
  ["Throttling", Object.values(throttlingSettings)],
  ["Searches", Object.values({ ...searchSettings, ...customIndexSettings })],
  ["The search index", Object.values(searchIndexSettings)],
  ["Extra fields", Object.values(extraFieldSettings)],
  ["Server-sent events", Object.values(eventStreamSettings)],
  ["Origins and HTTPS", Object.values(webSettings)],
  ["Metrics", Object.values(metricsSettings)],
  ["Tracing", Object.values(tracingSettings)],
  ["Connections", Object.values(connectivitySettings)],
  ["Mapping in connections", Object.values(connectivityMappingSettings)],
  ["Logs and metrics of connections", Object.values(connectivityMonitoringSettings)],
  ["Publishing the logs of connections", Object.values(connectivityLogPublisherSettings)],
  ["Connections to MQTT brokers", Object.values(connectivityMqttSettings)],
  ["Connections to Kafka", Object.values(connectivityKafkaSettings)],
  ["Connections to NATS", Object.values(connectivityNatsSettings)],
  ["HTTP push", Object.values(connectivityHttpPushSettings)],
  ["SSH tunnels", Object.values(connectivityTunnelSettings)],
  ["Predictions", Object.values(predictionSettings)],
];

export type SettingKey = keyof typeof settings;

/** The option of the command line for a variable: `HTTP_PORT` is `--http-port`. */
export const optionOf = (name: string): string => `--${name.toLowerCase().replaceAll("_", "-")}`;
