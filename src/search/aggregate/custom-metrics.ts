// Gauges that an operator has configured (operating-monitoring page): counted in the background, of all things, whoever may
// read them.

import type { Logger } from "pino";
import { TwinError } from "../../base/errors.ts";
import type { Cluster } from "../../cluster/cluster.ts";
import type { Metrics, Series } from "../../ops/metrics.ts";
import type { CustomAggregationMetric, CustomMetric } from "../../ops/metrics-config.ts";
import { parseRql } from "../../rql/parse.ts";
import { searchFieldOf } from "../field.ts";
import type { SearchStore } from "../store.ts";
import type { Circumstances } from "../wanted.ts";
import { type Asked, MAX_GROUPS } from "./asked.ts";
import { type Groups, groupsIn } from "./groups.ts";
import { seriesOf } from "./metric-series.ts";
import { every } from "./schedule.ts";
import { type Aggregation, aggregationStatement } from "./statement.ts";

export interface CustomMetricsSettings {
  readonly operatorMetricsEnabled: boolean;
  /** In milliseconds. */
  readonly operatorMetricsScrapeInterval: number;
  readonly customMetrics: readonly CustomMetric[];
  readonly customAggregationMetrics: readonly CustomAggregationMetric[];
}

export interface CustomMetricsParts extends Pick<Circumstances, "isIndexed"> {
  readonly store: Pick<SearchStore, "run" | "watchesTime">;
  readonly settings: CustomMetricsSettings;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Of a cluster, one member counts: the sum over all is what there is. */
  readonly cluster: Pick<Cluster, "isLeader">;
  /** How long after the start the first count of a metric begins, in milliseconds. */
  readonly firstAfter?: () => number;
}

export interface CustomMetrics {
  /** Ends counting, and the statement under way. */
  stop(): void;
}

/** How long a count may take. */
const TIMEOUT_MS = 60_000;

/** Some seconds, since a start has better things to do; not the same for each. */
const soon = (): number => 5_000 + Math.random() * 25_000;

/** A metric that is counted. */
interface Counted {
  readonly metric: CustomMetric;
  readonly aggregation: Aggregation;
  show(groups: Groups): void;
  /** Shows nothing any more. */
  hide(): void;
}

/**
 * Registers the gauges and counts them from time to time, one after another. Counting that fails is logged once, until it
 * succeeds again, and its gauge stays as it was.
 * @throws Error that says what is wrong with a filter, a field or a name.
 */
export function startCustomMetrics(parts: CustomMetricsParts): CustomMetrics {
  const { settings, log, firstAfter = soon } = parts;
  if (!settings.operatorMetricsEnabled) return { stop: () => undefined };
  const counted = [
    ...enabled(settings.customMetrics).map((metric) => counting(parts, metric, new Map())),
    ...enabled(settings.customAggregationMetrics).map((metric) => counting(parts, metric, metric.groupBy)),
  ];
  const ending = new AbortController();
  let turn: Promise<void> = Promise.resolve();
  for (const one of counted) {
    const count = watched(one, log, async () => {
      if (parts.cluster.isLeader()) await measure(one, parts, ending.signal);
      else one.hide();
    });
    const inTurn = () => {
      turn = turn.then(() => (ending.signal.aborted ? undefined : count()));
      return turn;
    };
    const interval = one.metric.scrapeInterval ?? settings.operatorMetricsScrapeInterval;
    every(interval, firstAfter(), inTurn, ending.signal);
  }
  return { stop: () => ending.abort() };
}

const enabled = <M extends CustomMetric>(metrics: readonly M[]): readonly M[] =>
  metrics.filter((metric) => metric.enabled);

function counting(
  { metrics, isIndexed }: CustomMetricsParts,
  metric: CustomMetric,
  groupBy: ReadonlyMap<string, string>,
): Counted {
  const { name, labels, filter = "" } = metric;
  const help = `How many things there are${filter && ` for which ${filter}`}.`;
  try {
    const aggregation = aggregationOf(metric, groupBy);
    // Properties of the filter are looked at when a statement is made.
    aggregationStatement(aggregation, undefined, { now: Date.now(), isIndexed });
    const replace: (series: readonly Series[]) => void = metrics.series(
      name,
      help,
      labels.map((label) => label.name),
    );
    const names = [...groupBy.keys()];
    return {
      metric,
      aggregation,
      show: (groups) => replace(seriesOf(labels, names, groups)),
      hide: () => replace([]),
    };
  } catch (error) {
    const reason =
      error instanceof TwinError ? (error.text.description ?? error.message) : (error as Error).message;
    throw new Error(`The custom metric ${name} cannot be counted: ${reason}`, { cause: error });
  }
}

function aggregationOf(
  { filter, namespaces }: CustomMetric,
  groupBy: ReadonlyMap<string, string>,
): Aggregation {
  const asked: Asked = {
    groupBy: [...groupBy].map(([name, property]) => ({ name, field: searchFieldOf(property, "sort") })),
    aggregates: [{ name: "count", kind: "count" }],
    size: MAX_GROUPS,
  };
  return { asked, wanted: { criterion: filter === undefined ? undefined : parseRql(filter), namespaces } };
}

async function measure(
  { metric, aggregation, show }: Counted,
  { store, isIndexed, log }: CustomMetricsParts,
  signal: AbortSignal,
): Promise<void> {
  const now = Date.now();
  const deadline = store.watchesTime ? now + TIMEOUT_MS : undefined;
  const statement = aggregationStatement(aggregation, undefined, { now, deadline, isIndexed });
  const groups = groupsIn(aggregation.asked, await store.run(statement, TIMEOUT_MS, signal));
  show(groups);
  if (groups.truncated)
    log.debug({ metric: metric.name }, `a custom metric has more than ${MAX_GROUPS} groups`);
}

/** Does something again and again without failing; that it fails is told once, until it succeeds. */
function watched({ metric: { name } }: Counted, log: Logger, work: () => Promise<void>): () => Promise<void> {
  let failing = false;
  return async () => {
    try {
      await work();
      failing = false;
    } catch (error) {
      if (!failing)
        log.warn({ err: error, metric: name }, "a custom metric could not be counted; trying again");
      failing = true;
    }
  };
}
