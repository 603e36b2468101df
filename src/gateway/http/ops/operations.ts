// How the server is doing, for everybody, for those who watch over it, and for operators: which path answers what to whom.

import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Cluster } from "../../../cluster/cluster.ts";
import type { Config } from "../../../ops/config.ts";
import type { Loggers } from "../../../ops/loggers.ts";
import { jsonAnswer, methodNotAllowed, textAnswer } from "../answers.ts";
import { configPiggyback } from "../devops/config-piggyback.ts";
import { configAnswers, configOf, isConfigPath } from "../devops/configuration.ts";
import { isLoggingPath, loggingAnswers } from "../devops/logging.ts";
import { isPiggybackPath, type PiggybackHandler, piggybackAnswers } from "../devops/piggyback.ts";
import { readTarget } from "../uri.ts";
import { type HealthCheck, ownHealth, withoutDetails } from "./health.ts";
import { asksMembers } from "./members.ts";
import { hindrances, withinMs } from "./readiness.ts";
import { remembered } from "./remembered.ts";
import { hotEntities, hotNamespaces, type LiveEntities, ownStatistics } from "./statistics.ts";
import { clusterStatus, overallHealth, overallStatus, ownStatus } from "./status.ts";

export interface OperationsParts {
  readonly config: Config;
  readonly cluster: Cluster;
  readonly loggers: Loggers;
  /** What is asked for `/health` and its kin, beside the database and the cluster. */
  readonly checks: readonly HealthCheck[];
  /** Rejects where the database does not answer. */
  databaseAnswers(): Promise<unknown>;
  isStopping(): boolean;
  live(): LiveEntities;
  /** How many things there are. */
  countThings(): Promise<number>;
  /** Commands of operators beside those that this folder knows. */
  readonly piggyback: readonly PiggybackHandler[];
}

/** Answers a path, or nothing where it is no path of its realm. */
type Answers = (path: string, incoming: IncomingMessage) => Promise<Response> | undefined;

/** By who may ask: everybody, who may see the state, and operators. */
export interface Operations {
  readonly open: Answers;
  readonly status: Answers;
  readonly devops: Answers;
}

/** How long the database may take for its sign of life, and for how long it stands, in milliseconds. */
const DATABASE_MS = 2_000;
const DATABASE_STANDS_MS = 1_000;
/** As long as Ditto's statistics stand; counting may be dear, and everybody may ask. */
const COUNT_STANDS_MS = 15_000;
const STATISTICS_STAND_MS = 1_000;
/** Most bytes of a piggyback command. */
const MAX_COMMAND_BYTES = 1_048_576;

/** Makes the answers. */
export function operations(parts: OperationsParts): Operations {
  const { cluster } = parts;
  const database = remembered(DATABASE_STANDS_MS, () => withinMs(DATABASE_MS, parts.databaseAnswers));
  const health = ownHealth([
    { label: "persistence", check: () => database().then(() => ({ status: "UP" as const })) },
    { label: "cluster", check: () => ({ status: cluster.leaseHolds() ? "UP" : "DOWN" }) },
    ...parts.checks,
  ]);
  const count = remembered(COUNT_STANDS_MS, parts.countThings);
  const askStatus = asksMembers(cluster, "ops.status", () => ownStatus(cluster));
  const askHealth = asksMembers(cluster, "ops.health", health as never);
  const askStatistics = asksMembers(cluster, "ops.statistics", () => ownStatistics(parts.live()));
  const statistics = remembered(STATISTICS_STAND_MS, () => askStatistics());
  const config = configOf(cluster, parts.config);
  const answerConfig = configAnswers(cluster, config);
  const answerLogging = loggingAnswers(cluster, parts.loggers);
  const answerPiggyback = piggybackAnswers([...parts.piggyback, configPiggyback(config)], MAX_COMMAND_BYTES);

  const open: Record<string, () => Promise<Response>> = {
    "/health": async () => {
      const { status } = await health();
      return jsonAnswer({ status }, status === "DOWN" ? 503 : 200);
    },
    "/alive": async () => textAnswer(200, "OK"),
    "/ready": async () => {
      const why = await hindrances({ ...parts, databaseAnswers: database });
      return why.length === 0 ? textAnswer(200, "OK") : textAnswer(503, `Not ready: ${why.join("; ")}.`);
    },
    "/status": async () => jsonAnswer(ownStatus(cluster)),
    "/status/health": async () => healthAnswer(withoutDetails(await health())),
    "/status/cluster": async () => jsonAnswer(clusterStatus(cluster)),
    "/stats/things": async () => statsAnswer(hotEntities(await statistics())),
    "/stats/search": async () => statsAnswer({ allThingsCount: await count() }),
  };
  const status: Record<string, () => Promise<Response>> = {
    "/overall/status": async () => jsonAnswer(overallStatus(cluster, await askStatus())),
    "/overall/status/health": async () => healthAnswer(overallHealth(await askHealth())),
    "/overall/status/cluster": async () => jsonAnswer(clusterStatus(cluster)),
  };

  return {
    open: (path, incoming) => read(open[bare(path)], incoming),
    status: (path, incoming) => read(status[bare(path)], incoming),
    devops(path, incoming) {
      if (isConfigPath(path)) return answerConfig(path, incoming);
      if (isLoggingPath(path)) return answerLogging(path, incoming);
      if (isPiggybackPath(path)) return answerPiggyback(path, incoming);
      if (bare(path) !== "/stats/things/details") return undefined;
      return read(async () => {
        const query = readTarget(incoming.url as string).query;
        const [entities, namespaces] = [query?.getAll("entity") ?? [], query?.getAll("namespace") ?? []];
        return statsAnswer(hotNamespaces(await statistics(), entities, namespaces));
      }, incoming);
    },
  };
}

const bare = (path: string): string => (path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path);

function read(
  answer: (() => Promise<Response>) | undefined,
  { method }: IncomingMessage,
): Promise<Response> | undefined {
  if (!answer) return undefined;
  return method === "GET" ? answer() : Promise.resolve(methodNotAllowed(["GET"]));
}

const healthAnswer = (info: { readonly status: string }): Response =>
  jsonAnswer(info, info.status === "DOWN" ? 503 : 200);

/** Ditto answers statistics as commands, with their headers. */
function statsAnswer(value: object): Response {
  const response = jsonAnswer(value);
  response.headers.set("correlation-id", randomUUID());
  response.headers.set("response-required", "false");
  return response;
}
