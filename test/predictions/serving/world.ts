// Predictors at work on real twins: the embedded database, dispatch, pubsub and search; only models are of the test's choice.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pino } from "pino";
import type { JsonObject, JsonValue } from "../../../src/base/json/json.ts";
import { getAt, readPath } from "../../../src/base/json/pointer.ts";
import { alone } from "../../../src/cluster/alone.ts";
import type { Cluster } from "../../../src/cluster/cluster.ts";
import { openStorage } from "../../../src/journal/open.ts";
import { readConfig } from "../../../src/ops/config.ts";
import { createMetrics } from "../../../src/ops/metrics.ts";
import { inputPlan } from "../../../src/predictions/inputs/plan.ts";
import type { ModelSpec, Predictor } from "../../../src/predictions/model.ts";
import type { Model, OpenModel } from "../../../src/predictions/models/scoring.ts";
import { predictorMonitor } from "../../../src/predictions/monitoring/predictor-monitor.ts";
import { readPredictor } from "../../../src/predictions/read/read-predictor.ts";
import type { ServingSettings } from "../../../src/predictions/serving/parts.ts";
import { type Serving, startServing } from "../../../src/predictions/serving/serving.ts";
import type { PredictorStore } from "../../../src/predictions/stored/predictor-store.ts";
import { storedPredictions } from "../../../src/predictions/stored/stored-predictions.ts";
import type { Reply } from "../../../src/signals/reply.ts";
import type { Command, CommandAction, EntityEvent } from "../../../src/signals/signal.ts";
import { startTwins, type Twins } from "../../../src/twins.ts";

/** By the version of their spec. */
export type Models = Readonly<Record<string, () => Model | Promise<Model>>>;

export interface ServingWorld extends AsyncDisposable {
  readonly twins: Twins;
  readonly serving: Serving;
  readonly store: PredictorStore;
  /** Begins to serve as another member of the cluster, on the same twins. */
  serve(member: Cluster): Serving;
  /** Sends a command as the owner, unless said otherwise; rejects with the refusal. */
  ask(action: CommandAction, id: string, path: string, value?: JsonValue, how?: How): Promise<Reply>;
  /** Sets a predictor to work, by its JSON; resolves once it has begun. */
  predict(json: JsonObject): Promise<void>;
  remove(id: string): Promise<void>;
  thing(id: string): Promise<JsonObject>;
  valueAt(id: string, path: string): Promise<JsonValue | undefined>;
  /** What the journal has of a thing. */
  events(id: string): Promise<readonly EntityEvent[]>;
  /** The notes of the predictions of a feature in the order of the journal: input revision and the properties that were written. */
  predictions(id: string, feature: string): Promise<readonly PredictionEvent[]>;
  status(id: string): JsonObject;
  /** Stops what serves and starts it again, as with the server. */
  restart(): Promise<void>;
}

export interface PredictionEvent {
  readonly revision: number;
  readonly inputRevision: number;
  readonly version: string;
  readonly properties: JsonObject;
}

interface How {
  readonly as?: string;
  readonly headers?: Command["headers"];
  readonly kind?: Command["kind"];
}

export const OWNER = "nginx:ditto";
const defaults: ServingSettings = {
  queueSize: 1_000,
  cacheBytes: 10_000_000,
  warmUp: 200,
  stateIntervalMs: 20,
};

const configured = { SEARCH_WRITE_INTERVAL: "10ms" };

export async function servingWorld(
  models: Models,
  settings: Partial<ServingSettings> = {},
  cluster?: Cluster,
): Promise<ServingWorld> {
  const folder = await mkdtemp(join(tmpdir(), "pollux-serving-"));
  const storage = await openStorage({ dataDir: folder, observe: () => undefined } as never);
  const log = pino({ level: process.env.SERVING_LOG ?? "silent" });
  const metrics = createMetrics();
  const whole = { storage, metrics, spans: undefined, onBlocked: () => undefined, log };
  const twins = await startTwins(readConfig(configured, []), { ...whole, cluster: alone("test") });
  const store = storedPredictions(storage.database);
  const openModel: OpenModel<ModelSpec> = async (spec) => {
    const make = models[spec.version];
    if (!make) throw new Error(`There is no model ${spec.version}.`);
    return make();
  };
  const start = (member = cluster) =>
    startServing({
      ...(member && { cluster: member }),
      pubsub: twins.pubsub,
      dispatch: twins.dispatch,
      live: twins.live,
      search: twins.searches.search,
      pastStates: twins.pastStates,
      rights: twins,
      listIds: (after, limit) => storage.journal.listIds("thing", after, limit),
      ...{ store, openModel, inputPlan, log },
      monitorOf: (predictor, columns, queueLength, trouble) =>
        predictorMonitor({ predictor, columns, store, log, queueLength, trouble, announce: () => undefined }),
      settings: { ...defaults, ...settings },
    });
  let serving = start();
  const known = new Map<string, Predictor>();

  const isStarted = (id: string) => serving.status(id)?.starting !== true;
  const change = async (predictor: Predictor) => {
    known.set(predictor.id, predictor);
    await serving.changed(predictor, predictor.id);
    await until(() => predictor.status === "paused" || isStarted(predictor.id));
  };

  const ask: ServingWorld["ask"] = (
    action,
    id,
    path,
    value,
    { as = OWNER, headers = {}, kind = "thing" } = {},
  ) => {
    const command: Command = { kind, id, action, path: readPath(path), headers, auth: { subjects: [as] } };
    return twins.dispatch(value === undefined ? command : { ...command, value });
  };
  const thing = async (id: string) => (await ask("retrieve", id, "/")).value as JsonObject;

  async function events(id: string): Promise<readonly EntityEvent[]> {
    const past = await twins.openPast("thing", id, {}, { subjects: [OWNER] }, {});
    const all: EntityEvent[] = [];
    for (let page = await past.next(100); page; page = await past.next(100))
      all.push(...page.map(({ event }) => event));
    return all;
  }

  return {
    twins,
    store,
    get serving() {
      return serving;
    },
    ask,
    serve: start,
    predict: (json) => change(readPredictor(json)),
    async remove(id) {
      known.delete(id);
      await serving.changed(undefined, id);
    },
    thing,
    valueAt: async (id, path) => getAt(await thing(id), readPath(path)),
    events,
    async predictions(id, feature) {
      return (await events(id)).flatMap(({ revision, path, value, metadata }) => {
        if (path[0] !== "features" || path[1] !== feature || !metadata) return [];
        const { properties } = value as { properties: JsonObject };
        const [note] = Object.values(metadata.properties as JsonObject) as [{ prediction: JsonObject }];
        const { inputRevision, version } = note.prediction as { inputRevision: number; version: string };
        return [{ revision, inputRevision, version, properties }];
      });
    },
    status: (id) => serving.status(id) as JsonObject,
    async restart() {
      await serving.stop();
      serving = start();
      for (const predictor of known.values()) await change(predictor);
    },
    async [Symbol.asyncDispose]() {
      await serving.stop();
      await twins.stop();
      await storage.journal.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Waits until something holds; rejects after some seconds. */
export async function until(holds: () => boolean | Promise<boolean>, what = "it"): Promise<void> {
  const end = performance.now() + 8_000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`${what} did not come to hold`);
    await sleep(5);
  }
}
