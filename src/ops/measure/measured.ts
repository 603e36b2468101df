// What the server measures of itself beside what its parts do: caches, entities, sessions, cluster, journal.

import { DURATION_STEPS, MAX_SERIES, type Metrics, type Series } from "../metrics.ts";

/** A cache as those see it who watch over the server; sizes in entries, weights in what bounds it (bytes). */
export interface MeasuredCache {
  readonly size: number;
  readonly weight: number;
  readonly capacity: number;
  readonly counted: { readonly hits: number; readonly misses: number; readonly evictions: number };
}

/** Adds Ditto's metrics of caches, by their names. */
export function measureCaches(metrics: Metrics, caches: Readonly<Record<string, MeasuredCache>>): void {
  const add = (kind: "gauge" | "counter", name: string, help: string, of: (cache: MeasuredCache) => number) =>
    metrics.table(kind, name, help, ["cache_name"], () =>
      Object.entries(caches).map(([cache_name, cache]) => ({ labels: { cache_name }, value: of(cache) })),
    );
  add(
    "counter",
    "cache_hits_total",
    "Looks at a cache that found what they looked for.",
    (c) => c.counted.hits,
  );
  add(
    "counter",
    "cache_misses_total",
    "What was not in a cache and had to be loaded.",
    (c) => c.counted.misses,
  );
  add("counter", "cache_evictions_total", "What a full cache forgot.", (c) => c.counted.evictions);
  add("gauge", "cache_estimated_size", "How many entries a cache has.", (c) => c.size);
  add("gauge", "pollux_cache_weight", "About how many bytes of memory a cache holds.", (c) => c.weight);
  add("gauge", "pollux_cache_capacity", "How many it may hold.", (c) => c.capacity);
}

/** Adds `live_entities`: what is in memory, by type and namespace, those with most entities. */
export function measureLiveEntities(
  metrics: Metrics,
  live: () => {
    readonly things: ReadonlyMap<string, number>;
    readonly policies: ReadonlyMap<string, number>;
  },
): void {
  const most = MAX_SERIES / 2;
  const seriesOf = (type: string, counts: ReadonlyMap<string, number>): readonly Series[] =>
    [...counts]
      .sort(([, a], [, b]) => b - a)
      .slice(0, most)
      .map(([namespace, value]) => ({ labels: { type, namespace }, value }));
  metrics.table("gauge", "live_entities", "Entities in memory.", ["type", "namespace"], () => {
    const { things, policies } = live();
    return [...seriesOf("thing", things), ...seriesOf("policy", policies)];
  });
}

/** Adds Ditto's metric of sessions and streams; `open` says how many there are. */
export function measureStreams(
  metrics: Metrics,
  open: () => { readonly ws: number; readonly sse: number },
): void {
  metrics.table("gauge", "streaming_sessions_count", "Open WebSockets and event streams.", ["type"], () =>
    Object.entries(open()).map(([type, value]) => ({ labels: { type }, value })),
  );
}

/** What of a cluster is measured. */
export interface MeasuredCluster {
  readonly members: readonly unknown[];
  readonly epoch: number;
  leaseHolds(): boolean;
  isLeader(): boolean;
}

export function measureCluster(metrics: Metrics, cluster: MeasuredCluster): void {
  metrics.gauge("pollux_cluster_members", "Nodes in the view of this one.", () => cluster.members.length);
  metrics.gauge("pollux_cluster_epoch", "The number of that view.", () => cluster.epoch);
  metrics.gauge("pollux_cluster_lease_holds", "Whether this node may serve (1) or not (0).", () =>
    cluster.leaseHolds() ? 1 : 0,
  );
  metrics.gauge("pollux_cluster_leader", "Whether it does what is done once in a cluster.", () =>
    cluster.isLeader() ? 1 : 0,
  );
}

/** What of a journal is measured; of whatever rows and failures it has. */
interface Appending<R, E> {
  append(rows: readonly R[], settled: (error?: E) => void): void;
}

/** Counts what is handed to a journal, and how long it takes until that is settled. */
export function measuredJournal<R, E, J>(metrics: Metrics, journal: J & Appending<R, E>): J {
  const rowsWritten = metrics.counter("pollux_journal_rows_total", "Events that were committed.");
  const failed = metrics.counter("pollux_journal_failed_total", "Appends that were not.");
  const took = metrics.histogram(
    "pollux_journal_commit_seconds",
    "From an append to its end.",
    DURATION_STEPS,
  );
  let waiting = 0;
  metrics.gauge("pollux_journal_waiting", "Appends that are not settled yet.", () => waiting);
  const append: Appending<R, E>["append"] = (rows, settled) => {
    const begun = performance.now();
    waiting++;
    journal.append(rows, (error) => {
      waiting--;
      took((performance.now() - begun) / 1_000);
      if (error) failed();
      else rowsWritten(rows.length);
      settled(error);
    });
  };
  return { ...journal, append };
}
