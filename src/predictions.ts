// The predictors of the server, put together on top of its twins.

import type { Logger } from "pino";
import type { Cluster } from "./cluster/cluster.ts";
import type { Hosts } from "./connectivity/net/hosts.ts";
import { openWith, sealWith } from "./connectivity/secrets/vault.ts";
import { policyGrants } from "./dispatch/rights.ts";
import type { Storage } from "./journal/open.ts";
import type { Config } from "./ops/config.ts";
import type { Metrics } from "./ops/metrics.ts";
import { inputPlan } from "./predictions/inputs/plan.ts";
import type { ModelSpec, Predictor } from "./predictions/model.ts";
import { openBuiltin } from "./predictions/models/builtin/builtin.ts";
import { openHttp } from "./predictions/models/http/open.ts";
import { OnnxModels } from "./predictions/models/onnx/onnx-models.ts";
import { ModelFault, type OpenModel } from "./predictions/models/scoring.ts";
import { alertAnnouncer } from "./predictions/monitoring/announce.ts";
import { predictorMonitor } from "./predictions/monitoring/predictor-monitor.ts";
import { measurePredictors } from "./predictions/monitoring/prometheus.ts";
import { type Predictors, startPredictors } from "./predictions/predictors.ts";
import type { SecretBox } from "./predictions/secrets.ts";
import { bindingOf, searchFilter } from "./predictions/serving/binding.ts";
import { type Serving, startServing } from "./predictions/serving/serving.ts";
import type { ModelChecks } from "./predictions/serving-api.ts";
import type { PredictorStore } from "./predictions/stored/predictor-store.ts";
import { storedPredictions } from "./predictions/stored/stored-predictions.ts";
import { trainingData } from "./predictions/training/training-data.ts";
import type { AuthContext } from "./signals/signal.ts";
import type { Twins } from "./twins.ts";

/** What predictors need of the server beside its twins. */
export interface PredictionParts {
  /** Which hosts servers of models may be on: those that connections may go to. */
  readonly hosts: Hosts;
  readonly metrics: Metrics;
  /** Absent, the server is by itself. */
  readonly cluster?: Cluster;
  readonly log: Logger;
}

/** Reads the predictors of the journal and sets those to work that are active. Rejects with `JournalUnavailable`. */
export async function openPredictions(
  config: Config,
  { journal, database }: Storage,
  twins: Twins,
  { hosts, metrics, cluster, log }: PredictionParts,
): Promise<Predictors & Pick<Serving, "forgetNamespace">> {
  const store = storedPredictions(database);
  const onnx = new OnnxModels({
    readFile: store.readFile,
    processes: config.predictionOnnxProcesses,
    memoryBytes: config.predictionOnnxMemory,
    maxSessions: config.predictionOnnxModels,
  });
  const openModel = opening(onnx, hosts, config);
  const serving = servingOf(config, journal, twins, { store, openModel, cluster, log });
  measurePredictors(metrics, { predictors: serving.monitors }, config.predictorMetricsPredictors);
  const predictors = await startPredictors({
    journal,
    log,
    ...(cluster && { cluster }),
    store,
    secrets: secretsOf(config),
    historicalHeaders: config.predictorHeadersToKeep ?? [],
    maxPredictors: config.maxPredictors,
    maxOfSubject: config.maxPredictorsOfSubject,
    httpHosts: config.predictionHttpHostnames ?? [],
    maxFileBytes: config.predictorModelMaxBytes,
    maxFiles: config.predictorModelVersions,
    grants: (policyId, subjects, permission) => policyGrants(twins, policyId, subjects, permission),
    checks: checksOf(store, openModel, onnx),
    runtime: serving,
    trainingTable: trainingData({ pastStates: twins.pastStates, boundThings: boundThings(twins), bindingOf }),
  });
  return {
    ...predictors,
    forgetNamespace: serving.forgetNamespace,
    async stop() {
      await predictors.stop();
      await serving.stop();
      await onnx.close();
    },
  };
}

interface ServedBy {
  readonly store: PredictorStore;
  readonly openModel: OpenModel<ModelSpec>;
  readonly cluster: Cluster | undefined;
  readonly log: Logger;
}

function servingOf(config: Config, journal: Storage["journal"], twins: Twins, by: ServedBy): Serving {
  const { store, openModel, cluster, log } = by;
  const announce = alertAnnouncer({
    readersOf: (policyId) => readersOfAlerts(twins, policyId),
    publish: twins.announcements.publish,
    log,
  });
  return startServing({
    ...(cluster && { cluster }),
    pubsub: twins.pubsub,
    dispatch: twins.dispatchHere,
    live: twins.live,
    search: twins.searches.search,
    pastStates: twins.pastStates,
    rights: twins,
    listIds: (after, limit) => journal.listIds("thing", after, limit),
    store,
    openModel,
    inputPlan,
    monitorOf: (predictor, columns, queueLength, trouble) =>
      predictorMonitor({ predictor, columns, store, log, queueLength, announce, trouble }),
    settings: {
      queueSize: config.predictorQueueSize,
      cacheBytes: config.predictorCacheBytes,
      warmUp: config.predictorWarmUp,
      stateIntervalMs: config.predictorStateInterval,
    },
    log,
  });
}

/** Who is told of the alerts of predictors under a policy. */
async function readersOfAlerts({ policies, access }: Twins, policyId: string): Promise<ReadonlySet<string>> {
  const policy = await policies.load(policyId);
  await access.load(policy);
  return access.enforcer(policy)?.readersOf("predictor", ["alerts"]) ?? new Set();
}

const boundThings = ({ searches }: Twins) =>
  async function* (predictor: Predictor, auth: AuthContext): AsyncGenerator<string> {
    const { bind } = predictor;
    const pages = searches.search.stream({
      filter: searchFilter(bind),
      namespaces: bind.namespaces,
      option: "sort(+thingId),size(200)",
      fields: [["thingId"]],
      headers: {},
      auth,
    });
    try {
      for (let page = await pages.next(); page; page = await pages.next())
        for (const { id } of page) yield id;
    } finally {
      pages.cancel();
    }
  };

function opening(onnx: OnnxModels, hosts: Hosts, config: Config): OpenModel<ModelSpec> {
  const http = openHttp({
    resolve: hosts.resolve,
    ca: config.predictionHttpCa,
    maxResponseBytes: config.predictionHttpMaxResponse,
    maxConnections: config.predictionHttpMaxConnections,
  });
  return (spec, columns, predictorId) => {
    switch (spec.type) {
      case "builtin":
        return openBuiltin(spec, columns, predictorId);
      case "onnx":
        return onnx.open(spec, columns, predictorId);
      case "http":
        return http(spec, columns, predictorId);
    }
  };
}

/** Judges by opening: what opens can work. */
function checksOf(store: PredictorStore, openModel: OpenModel<ModelSpec>, onnx: OnnxModels): ModelChecks {
  async function check(spec: ModelSpec, columns: readonly string[], id: string): Promise<void> {
    if (spec.type === "onnx" && !(await store.files(id)).some(({ version }) => version === spec.version))
      return;
    try {
      const model = await openModel(spec, columns, id);
      if (model.kind === "batch") await model.close();
    } catch (error) {
      if (!(error instanceof ModelFault)) throw error; // which passes
    }
  }

  return {
    async validate(predictor) {
      const { id, bind, inputs, model, shadows, canary } = predictor;
      bindingOf(bind);
      const { columns } = inputPlan(inputs);
      for (const spec of [model, ...shadows, ...(canary ? [canary.model] : [])])
        await check(spec, columns, id);
    },
    validateFile: (content, predictorId) => onnx.validateFile(content, predictorId),
  };
}

/** Secrets of predictors are kept as those of connections are. */
function secretsOf(config: Config): SecretBox {
  const { connectionEncryptionEnabled, connectionEncryptionKey: key, connectionOldEncryptionKey } = config;
  const keys = [key, connectionOldEncryptionKey].filter((one) => one !== undefined);
  return {
    seal: connectionEncryptionEnabled && key ? sealWith(key) : (secret) => secret,
    open: keys.length > 0 ? (secret) => openWith(keys)(secret, "credentials") : (secret) => secret,
  };
}
