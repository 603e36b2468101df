// What is measured for whoever watches over the server.

import { customAggregationMetrics, customMetrics, scrapeInterval } from "../metrics-config.ts";
import { setting } from "../setting.ts";
import { flag } from "../setting-kinds.ts";

export const metricsSettings = {
  metricsSecured: setting(
    "METRICS_SECURED",
    flag,
    "true",
    "Whether /metrics is for operators only, as /overall/status is; false opens it to everybody, as Ditto's own " +
      "port for Prometheus is.",
  ),
  operatorMetricsEnabled: setting(
    "THINGS_SEARCH_OPERATOR_METRICS_ENABLED",
    flag,
    "true",
    "Whether the things that the two next settings name are counted.",
    "ditto.search.operator-metrics.enabled",
  ),
  operatorMetricsScrapeInterval: setting(
    "THINGS_SEARCH_OPERATOR_METRICS_SCRAPE_INTERVAL",
    scrapeInterval,
    "15m",
    "How often they are counted, where they do not say it themselves; at least 1s.",
    "ditto.search.operator-metrics.scrape-interval",
  ),
  customMetrics: setting(
    "SEARCH_CUSTOM_METRICS",
    customMetrics,
    "{}",
    "Gauges that count things: JSON of the form of Ditto's configuration custom-metrics, by the name of the metric. " +
      "Each may have enabled, scrape-interval, namespaces, filter and tags. total_things, which counts all, is " +
      'there without being named; {"total_things":{"enabled":false}} ends it.',
    "ditto.search.operator-metrics.custom-metrics",
  ),
  customAggregationMetrics: setting(
    "SEARCH_CUSTOM_AGGREGATION_METRICS",
    customAggregationMetrics,
    "{}",
    "Gauges that count things in groups: JSON of the form of Ditto's configuration custom-aggregation-metrics. Each " +
      "may have what SEARCH_CUSTOM_METRICS takes, and must have group-by; its tags may hold {{ group-by:name }}.",
    "ditto.search.operator-metrics.custom-aggregation-metrics",
  ),
} as const;
