// The server put together: entities, dispatch, doors; and taken apart in reverse.

import type { AddressInfo } from "node:net";
import type { Logger } from "pino";
import type { JsonObject } from "./base/json/json.ts";
import type { Cluster } from "./cluster/cluster.ts";
import { connectionMonitoring, hostsOf, openConnections } from "./connections.ts";
import type { MappingEngines } from "./connectivity/mapping/engines.ts";
import { measureConnections } from "./connectivity/monitoring/prometheus.ts";
import {
  conversationParts,
  hostInUrl,
  httpAnswer,
  listen,
  paceOfStreams,
  sharedParts,
  verifierOfOperators,
  webSocketParts,
} from "./doors.ts";
import { closablePort } from "./gateway/http/close-port.ts";
import { cleanupOfAll } from "./gateway/http/devops/cleanup-of-all.ts";
import { cleanupPiggyback } from "./gateway/http/devops/cleanup-piggyback.ts";
import { entityPiggyback } from "./gateway/http/devops/entity-piggyback.ts";
import { namespacePiggyback } from "./gateway/http/devops/namespace-piggyback.ts";
import { metricsAnswer } from "./gateway/http/metrics-requests.ts";
import { observed } from "./gateway/http/ops/observed.ts";
import { type Operations, operations } from "./gateway/http/ops/operations.ts";
import { type OpsParts, opsAnswers } from "./gateway/http/ops-requests.ts";
import { Places } from "./gateway/sse/places.ts";
import { pushedStreams } from "./gateway/sse/pushed.ts";
import { eventStreams } from "./gateway/sse/streams.ts";
import { sessionPlaces } from "./gateway/throttling/sessions.ts";
import { openWebSocketDoor } from "./gateway/ws/door.ts";
import type { Storage } from "./journal/open.ts";
import type { Config } from "./ops/config.ts";
import { type Loggers, loggersOf } from "./ops/loggers.ts";
import {
  measureCaches,
  measureCluster,
  measuredJournal,
  measureLiveEntities,
  measureStreams,
} from "./ops/measure/measured.ts";
import { roundTrips } from "./ops/measure/round-trips.ts";
import { createMetrics, type Metrics } from "./ops/metrics.ts";
import { stopInOrder, type Trouble } from "./ops/shutdown.ts";
import type { Spans } from "./ops/tracing/spans.ts";
import { tracedJournal } from "./ops/tracing/traced.ts";
import { openPredictions } from "./predictions.ts";
import { startTwins, type Twins } from "./twins.ts";

export interface RunningServer {
  /** `http://127.0.0.1:8080` */
  readonly url: string;
  /**
   * Stops accepting, finishes what was accepted, hands over what it owns in a cluster, closes the doors, then the journal; within
   * the time that is set for it. Resolves with what went wrong.
   */
  stop(): Promise<readonly Trouble[]>;
}

/** One subject may have this share of the streams of events. */
const STREAMS_SHARE = 4;

/** What takes its time to be opened, so that the server begins with it done. */
export interface Opened {
  readonly storage: Storage;
  readonly engines: MappingEngines;
  /** Which is not entered yet. */
  readonly cluster: Cluster;
}

/** Starts serving on top of an open storage, of which `isUp` tells; resolves once the port is open. */
export async function startServer(
  config: Config,
  { storage: opened, engines, cluster }: Opened,
  isUp: () => boolean,
  log: Logger,
): Promise<RunningServer> {
  const metrics = createMetrics();
  const loggers = loggersOf(log);
  const spans = await spansOf(config, cluster, log);
  const storage = { ...opened, journal: watchedJournal(opened.journal, metrics, spans) };
  let isStopping = false;
  const twins = await startTwins(config, {
    ...{ storage, cluster, metrics, spans, log: loggers.of("things") },
    // Nobody blocks anything before the cluster is entered, below.
    onBlocked: (namespace) => predictors.forgetNamespace(namespace),
  });
  const onThrottled = metrics.counter(
    "pollux_throttled_total",
    "What was refused because there was too much of it.",
  );
  const shared = sharedParts(config, twins, () => onThrottled(1), loggers.of("gateway"));
  const watching = connectionMonitoring(config, loggers.of("connectivity"));
  const speaking = conversationParts(config, twins, shared);
  const connections = await openConnections(config, storage, twins, {
    ...{ speaking, engines, monitoring: watching, cluster, log: loggers.of("connectivity") },
  });
  measureConnections(
    metrics,
    {
      connections: connections.connections,
      liveStatus: connections.liveStatus,
      watched: watching.watched,
    },
    config.connectionMetricsConnections,
  );
  const predictors = await openPredictions(config, storage, twins, {
    ...{ hosts: hostsOf(config), metrics, cluster, log: loggers.of("predictions") },
  });
  const most = config.sseMaxStreams;
  const places = new Places(most, Math.ceil(most / STREAMS_SHARE));
  const streams = eventStreams(places);
  const pushed = pushedStreams(places, config.sseMaxBuffered, paceOfStreams(config));
  const parts = { config, cluster, loggers, twins, storage, isUp, isStopping: () => isStopping };
  measureServer(metrics, parts);
  const sessions = sessionPlaces(config, shared.onThrottled);
  measureStreams(metrics, () => ({ ws: sessions.taken, sse: places.taken }));
  const ops: OpsParts = {
    operations: operationsOf(parts),
    verifyToken: verifierOfOperators(config, log),
    onFailedLogin: shared.onFailedLogin,
    index: twins.searches.care,
    metrics: () => metricsAnswer(metrics),
    isMetricsOpen: !config.metricsSecured,
    connections: {
      connections,
      maxRequestBytes: config.maxRequestBytes,
      maxHeaderBytes: config.maxHeaderBytes,
      acceptedMediaTypes: config.acceptedMediaTypes,
      onFault: shared.onFault,
    },
    predictors: {
      predictors,
      admission: shared,
      reachOf: shared.reachOf,
      maxRequestBytes: config.maxRequestBytes,
      maxModelBytes: config.predictorModelMaxBytes,
      acceptedMediaTypes: config.acceptedMediaTypes,
      onFault: shared.onFault,
    },
  };
  const observe = observed({ count: roundTrips(metrics), log: loggers.of("gateway"), spans });
  const answer = httpAnswer(config, twins, shared, { streams, pushed }, opsAnswers(config, ops), observe);
  await cluster.enter();
  twins.start();
  const server = await listen(answer, config, shared.onThrottled);
  const closePort = closablePort(server);
  const closeWebSocketDoor = openWebSocketDoor(server, webSocketParts(config, twins, shared, sessions));

  return {
    url: `http://${hostInUrl(config.bindHostname)}:${(server.address() as AddressInfo).port}`,
    stop() {
      isStopping = true;
      const portClosed = closePort(config.shutdownTimeout);
      portClosed.catch(() => undefined); // told where it is waited for
      return stopInOrder(
        [
          ["uploads", () => predictors.endUploads()],
          ["streams of events", () => streams.close()],
          ["streams of events", () => pushed.close()],
          ["connections", () => connections.stop()],
          ["what is waited for", () => twins.waiting.deadlines.close()],
          ["WebSockets", () => closeWebSocketDoor(config.shutdownTimeout)],
          ["HTTP port", () => portClosed],
          ["predictors", () => predictors.stop()],
          ["cluster", () => cluster.leave()],
          ["twins", () => twins.stop()],
          ["journal", () => storage.journal.close()],
          ["traces", () => spans?.stop()],
        ],
        config.shutdownTimeout,
      );
    },
  };
}

/** What of the server is measured and told. */
interface Told {
  readonly config: Config;
  readonly cluster: Cluster;
  readonly loggers: Loggers;
  readonly twins: Twins;
  readonly storage: Storage;
  readonly isUp: () => boolean;
  readonly isStopping: () => boolean;
}

/** OpenTelemetry is only loaded where traces are wanted. */
async function spansOf(config: Config, cluster: Cluster, log: Logger): Promise<Spans | undefined> {
  if (!config.tracingEnabled) return undefined;
  const { openSpans } = await import("./ops/tracing/otel.ts");
  const onTrouble = (error: unknown) => log.warn({ err: error }, "traces cannot be sent");
  return openSpans(config, { instance: cluster.self.id, onTrouble });
}

function watchedJournal(journal: Storage["journal"], metrics: Metrics, spans: Spans | undefined) {
  const measured = measuredJournal(metrics, journal);
  return spans ? tracedJournal(spans, measured) : measured;
}

const liveIn = ({ things, policies }: Twins) => ({
  things: things.byNamespace,
  policies: policies.byNamespace,
});

function measureServer(metrics: Metrics, { twins, cluster }: Told): void {
  measureCaches(metrics, { things: twins.things, policies: twins.policies });
  measureLiveEntities(metrics, () => liveIn(twins));
  measureCluster(metrics, cluster);
}

function operationsOf({ twins, storage, isUp, ...parts }: Told): Operations {
  const { things, policies, searches } = twins;
  const { care } = searches;
  const rules = { thing: things.rules, policy: policies.rules };
  return operations({
    ...parts,
    checks: [
      { label: "journal", check: () => ({ status: isUp() ? "UP" : "DOWN" }) },
      { label: "search", check: () => ({ status: "UP", details: [{ INFO: care.health() as JsonObject }] }) },
    ],
    databaseAnswers: () => storage.journal.listIds("policy", "", 1),
    live: () => ({ ...liveIn(twins), waitingForIndex: searches.waiting() }),
    countThings: searches.countThings,
    piggyback: [
      cleanupPiggyback(cleanupOfAll(twins.cleanup, parts.cluster)),
      namespacePiggyback(twins.maintenance),
      entityPiggyback({
        ...{ dispatch: twins.dispatch, rules, list: twins.list },
        read: async (kind, id) => (await (kind === "thing" ? things : policies).load(id)).committed,
      }),
    ],
  });
}
