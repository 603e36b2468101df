// A server with the sensors of the bench, and its connections.

import { setTimeout as sleep } from "node:timers/promises";
import type { Place } from "../../test/campaigns/place.ts";
import type { BulkJob } from "../load/bulk.ts";
import { Program } from "../program.ts";
import { basic, targetOf } from "../storage.ts";
import { ask, namespace, subjectOf, type Target } from "../target.ts";
import { Consumption } from "./consumption.ts";
import { things } from "./messages.ts";

const POLICIES = 5;
const OPEN_WITHIN_MS = 30_000;
const DONE_WITHIN_MS = 120_000;
const LOOK_EACH_MS = 100;
/** Core NATS keeps nothing: what comes at once waits in the server. */
const buffers = { NATS_CONSUMER_BUFFER_SIZE: "1000000", CONNECTIVITY_HTTP_PUSH_MAX_QUEUE_SIZE: "10000" };

/** Configuration of a connection, without its ID and status. */
export type ConnectionJson = Readonly<Record<string, unknown>>;

export interface Site extends AsyncDisposable {
  readonly pid: number;
  /** Whom connections speak for. */
  readonly subject: string;
  /** Makes or changes a connection; resolves once it is open, or closed. */
  put(id: string, status: "open" | "closed", connection: ConnectionJson): Promise<void>;
  remove(id: string): Promise<void>;
  /** The rate at which a connection settles messages, until so many are; rejects where one is not accepted. */
  settledRate(id: string, count: number): Promise<number>;
  /** Resolves once the search index has caught up, so that nobody who is measured next shares the machine with it. */
  indexed(): Promise<void>;
  /** How far the search index is behind, in seconds. */
  behind(): Promise<number>;
}

/** Starts a server and creates its things. */
export async function openSite(place: Place): Promise<Site> {
  const password = "bench";
  const server = await place.start({
    ...{ ...buffers, ENABLE_PRE_AUTHENTICATION: "true", LOG_LEVEL: "warn", DEVOPS_PASSWORD: password },
  });
  const target = targetOf(server);
  const operator = { ...target, owner: { authorization: basic(`devops:${password}`) } };
  const subject = await subjectOf(target);
  await create(target, subject);
  const path = (id: string) => `/api/2/connections/${id}`;
  return {
    pid: server.pid,
    subject,
    async put(id, connectionStatus, connection) {
      await ask(operator, "PUT", path(id), JSON.stringify({ ...connection, connectionStatus }));
      if (connectionStatus === "open") await isOpen(operator, path(id));
    },
    async remove(id) {
      await ask(operator, "DELETE", path(id));
    },
    settledRate: (id, count) => settledRate(operator, path(id), count),
    indexed: () => indexed(operator),
    behind: () => gauge(operator, "pollux_search_index_lag_seconds"),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

async function create({ url, owner }: Target, subject: string): Promise<void> {
  await using bulk = new Program<BulkJob, number>("load/bulk.ts");
  const job = { url, headers: owner, subject, namespace, things, policies: POLICIES };
  await bulk.run({ ...job, do: "policies" });
  await bulk.run({ ...job, do: "create" });
}

async function isOpen(operator: Target, path: string): Promise<void> {
  let status = "";
  for (const deadline = Date.now() + OPEN_WITHIN_MS; Date.now() < deadline; await sleep(LOOK_EACH_MS)) {
    status = await ask(operator, "GET", `${path}/status`);
    if (JSON.parse(status).liveStatus === "open") return;
  }
  throw new Error(`${path} was not open in time: ${status}`);
}

async function indexed(operator: Target): Promise<void> {
  for (const deadline = Date.now() + DONE_WITHIN_MS; Date.now() < deadline; await sleep(LOOK_EACH_MS))
    if ((await gauge(operator, "pollux_search_index_waiting")) === 0) return;
  throw new Error("the search index did not catch up in time");
}

async function gauge(operator: Target, name: string): Promise<number> {
  const metrics = await ask(operator, "GET", "/metrics");
  return Number(metrics.match(new RegExp(`^${name} (\\S+)$`, "m"))?.[1]);
}

interface Metrics {
  readonly connectionMetrics: {
    readonly inbound: { readonly acknowledged?: Record<"success" | "failure", { readonly PT1H: number }> };
  };
}

async function settledRate(operator: Target, path: string, count: number): Promise<number> {
  const consumption = new Consumption(count);
  for (const deadline = Date.now() + DONE_WITHIN_MS; Date.now() < deadline; await sleep(LOOK_EACH_MS)) {
    const { connectionMetrics } = JSON.parse(await ask(operator, "GET", `${path}/metrics`)) as Metrics;
    const { acknowledged } = connectionMetrics.inbound;
    if ((acknowledged?.failure.PT1H ?? 0) > 0) {
      const logs = await ask(operator, "GET", `${path}/logs`);
      throw new Error(`${path} did not accept all messages: ${logs.slice(0, 2_000)}`);
    }
    if (consumption.note(acknowledged?.success.PT1H ?? 0)) return consumption.rate;
  }
  throw new Error(`${path} did not settle ${count} messages in time`);
}
