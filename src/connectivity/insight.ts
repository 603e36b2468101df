// How connections are doing: what this member of a cluster knows, put together with what the others tell.

import { isObject, type JsonObject, type JsonValue } from "../base/json/json.ts";
import { parseStored } from "../base/json/parse.ts";
import { alone } from "../cluster/alone.ts";
import type { Cluster } from "../cluster/cluster.ts";
import type { ConnectionStore, StoredConnection } from "./connection-store.ts";
import type { ConnectionsApi, InsightCommand } from "./connections-api.ts";
import type { PlacedClient } from "./lifecycle/link.ts";
import type { Links } from "./lifecycle/links.ts";
import { type AddressStatus, closedStatusJson, statusJson } from "./lifecycle/status.ts";
import { unknownClient } from "./lifecycle/unknown-client.ts";
import { closedLogsJson } from "./monitoring/logs.ts";
import { mergedLogs, mergedMetrics } from "./monitoring/merged.ts";
import { closedMetricsJson } from "./monitoring/metrics-json.ts";
import type { Monitoring } from "./monitoring/monitoring.ts";

export interface InsightParts {
  readonly links: Links;
  readonly monitoring: Monitoring;
  readonly cluster?: Cluster;
}

type Insight = Pick<ConnectionsApi, "status" | "metrics" | "logs" | "command" | "liveStatus">;
type Question = "clients" | "metrics" | "logs" | InsightCommand;

const TOPIC = "connection.insight";
/** So long is waited for the others; who does not answer by then is not told of. */
const ASK_MS = 5_000;

/** Makes it; refuses as `find` of the store does. Listens to the other members from now on. */
export function insightInto(store: Pick<ConnectionStore, "find" | "get">, parts: InsightParts): Insight {
  const { links, monitoring, cluster = alone("") } = parts;
  const nameOf = (index: number) => (cluster.isAlone ? {} : { name: `${index + 1}@${cluster.self.name}` });

  const answers: Readonly<Record<Question, (id: string) => JsonValue>> = {
    clients: (id) =>
      (links.views(id) ?? []).map((client) => clientJson({ ...client, ...nameOf(client.index) })),
    metrics: (id) => monitoring.metrics(id),
    logs: (id) => monitoring.logs(id),
    enableConnectionLogs: done(monitoring.enableLogs),
    resetConnectionLogs: done(monitoring.resetLogs),
    resetConnectionMetrics: done(monitoring.resetMetrics),
  };
  if (!cluster.isAlone)
    cluster.wire.onRequest(TOPIC, async (payload) => {
      const { question, id } = JSON.parse(payload) as { question: Question; id: string };
      return JSON.stringify(answers[question](id));
    });

  /** What each member that answers says, this one first. */
  async function all(question: Question, id: string): Promise<readonly JsonValue[]> {
    const others = cluster.members.filter((member) => member.id !== cluster.self.id);
    const asked = JSON.stringify({ question, id });
    const told = await Promise.allSettled(
      others.map((member) => cluster.wire.request(member.id, TOPIC, asked, ASK_MS)),
    );
    const answered = told.flatMap((one) => (one.status === "fulfilled" ? [parseStored(one.value)] : []));
    return [answers[question](id), ...answered];
  }

  const isToBeOpen = (stored: StoredConnection | undefined) => stored?.connection.connectionStatus === "open";
  const isOpenHere = (id: string) => links.views(id) !== undefined;
  /** By itself, a server that has not opened a connection yet tells of it as closed. */
  const isTold = async (id: string) =>
    isToBeOpen(await store.find(id)) && (!cluster.isAlone || isOpenHere(id));

  async function clientsOf({ connection }: StoredConnection): Promise<readonly PlacedClient[]> {
    const told = (await all("clients", connection.id)).flatMap((one) => one as readonly JsonValue[]);
    const clients = new Map(told.filter(isObject).map((json) => [json.index as number, clientOf(json)]));
    if (clients.size === 0) return [];
    return Array.from(
      { length: Math.max(connection.clientCount, ...clients.keys().map((index) => index + 1)) },
      (_, index) => clients.get(index) ?? unknownClient(index, Date.now()),
    );
  }

  return {
    async status(id) {
      const stored = await store.find(id);
      if (cluster.isAlone) return links.status(id) ?? closedStatusJson(id, stored.modified);
      const clients = isToBeOpen(stored) ? await clientsOf(stored) : [];
      if (clients.length === 0) return closedStatusJson(id, stored.modified);
      return statusJson(stored.connection, clients);
    },
    async metrics(id) {
      if (!(await isTold(id))) return closedMetricsJson(id);
      return mergedMetrics((await all("metrics", id)) as readonly JsonObject[]);
    },
    async logs(id) {
      if (!(await isTold(id))) return closedLogsJson(id);
      return mergedLogs((await all("logs", id)) as readonly JsonObject[], monitoring.maxLogSizeBytes);
    },
    async command(id, command) {
      if (await isTold(id)) await all(command, id);
    },
    liveStatus(id) {
      const status = links.status(id)?.liveStatus;
      if (typeof status === "string") return status;
      return cluster.isAlone || !isToBeOpen(store.get(id)) ? "closed" : "unknown";
    },
  };
}

const done =
  (command: (id: string) => void) =>
  (id: string): JsonValue => {
    command(id);
    return true;
  };

const clientJson = ({ addresses, ...client }: PlacedClient): JsonObject => ({
  ...(client as unknown as JsonObject),
  addresses: [...addresses] as unknown as JsonValue,
});

const clientOf = ({ addresses, ...client }: JsonObject): PlacedClient => ({
  ...(client as unknown as Omit<PlacedClient, "addresses">),
  addresses: new Map(addresses as unknown as readonly [string, AddressStatus][]),
});
