// Searching put together: the index beside the journal, what keeps it up, and what answers from it.

import type { Logger } from "pino";
import type { Cluster } from "./cluster/cluster.ts";
import type { Parts } from "./dispatch/ready.ts";
import { searchSources } from "./dispatch/search-sources.ts";
import type { ThingList } from "./dispatch/thing-list.ts";
import type { IndexCare } from "./gateway/http/devops/search-piggyback.ts";
import type { Database } from "./journal/database.ts";
import type { Config } from "./ops/config.ts";
import { DURATION_STEPS, type Metrics } from "./ops/metrics.ts";
import { type Aggregations, aggregating } from "./search/aggregate/aggregations.ts";
import { startCustomMetrics } from "./search/aggregate/custom-metrics.ts";
import { type CustomIndexes, customIndexes } from "./search/custom-indexes.ts";
import { type Indexer, startIndexer } from "./search/indexer/indexer.ts";
import { countingAccess } from "./search/query/access-version.ts";
import { asking } from "./search/query/ask.ts";
import { searching } from "./search/query/searching.ts";
import type { Search } from "./search/search.ts";
import type { SearchStore } from "./search/store.ts";
import { storedIndex } from "./search/stored/stored-index.ts";

/** The index, while entities are made known to it. */
export interface Index {
  readonly indexer: Indexer;
  readonly store: SearchStore;
  readonly custom: CustomIndexes;
  readonly cluster: Cluster;
  /** Something else whenever rows of access were written here, or may have been by other members. */
  readonly accessVersion: () => unknown;
}

/**
 * Opens the index of a database and begins to keep it up with what `parts` hold, together with the other members of the cluster,
 * which is not entered yet.
 */
export function openIndex(
  config: Config,
  database: Database,
  parts: Parts,
  log: Logger,
  cluster: Cluster,
): Index {
  const custom = customIndexes(
    database,
    config.searchCustomIndexes,
    ({ what, ...fact }) => ("error" in fact ? log.error({ err: fact.error }, what) : log.info(fact, what)),
    cluster,
  );
  const { store, accessVersion } = countingAccess(storedIndex(database, custom.watch, !cluster.isAlone));
  const indexer = startIndexer({
    ...searchSources(parts),
    store,
    settings: {
      writeIntervalMs: config.searchWriteInterval,
      lagUnderLoadMs: config.searchLagUnderLoad,
      checkEnabled: config.searchCheckEnabled,
      checkQuietMs: config.searchCheckQuietPeriod,
      indexedFields: config.searchIndexedFields,
    },
    log,
    cluster,
  });
  const { othersAccessVersion } = indexer;
  return { indexer, store, custom, cluster, accessVersion: () => accessVersion() + othersAccessVersion() };
}

/** What searches are answered by, and what goes on by itself. */
export interface Searches {
  readonly search: Search;
  readonly aggregations: Aggregations;
  readonly care: IndexCare;
  /** How many things the index holds; it looks at all of them. */
  countThings(): Promise<number>;
  /** How many things wait to be written into the index. */
  waiting(): number;
  /** Ends what goes on by itself; nothing may be committed any more. */
  stop(): Promise<void>;
}

/** Starts to answer searches from an index. */
export function startSearches(
  config: Config,
  { indexer, store, custom, cluster, accessVersion }: Index,
  list: ThingList,
  metrics: Metrics,
  log: Logger,
): Searches {
  const { isIndexed } = custom;
  const parts = {
    store,
    read: list.found,
    isIndexed,
    accessSettled: indexer.accessSettled,
    accessVersion,
    settings: config,
    log,
    onDone: measured(metrics),
  };
  const ask = asking(parts);
  const counted = startCustomMetrics({ store, isIndexed, settings: config, metrics, log, cluster });
  measureIndex(indexer, metrics);
  return {
    search: searching(parts, ask),
    aggregations: aggregating({ ask, searchTimeout: config.searchTimeout }),
    care: {
      rebuild: indexer.rebuild,
      check: indexer.check,
      health: indexer.stats,
      onFault: (error) => log.error({ err: error }, "the search index was not brought up to date"),
    },
    countThings: () => store.countThings(),
    waiting: () => indexer.stats().waiting,
    async stop() {
      counted.stop();
      custom.stop();
      await indexer.stop();
    },
  };
}

function measured(metrics: Metrics): (durationMs: number) => void {
  const observe = metrics.histogram(
    "pollux_search_duration_seconds",
    "How long searches took, each page by itself.",
    DURATION_STEPS,
  );
  return (durationMs) => observe(durationMs / 1_000);
}

function measureIndex(indexer: Indexer, metrics: Metrics): void {
  metrics.gauge(
    "pollux_search_index_waiting",
    "Things whose change is not in the search index yet.",
    () => indexer.stats().waiting,
  );
  metrics.gauge(
    "pollux_search_index_lag_seconds",
    "For how long the oldest of them waits.",
    () => indexer.stats().lagMs / 1_000,
  );
  metrics.gauge(
    "pollux_search_index_written",
    "Rows of things written into the index since the start.",
    () => indexer.stats().written,
  );
}
