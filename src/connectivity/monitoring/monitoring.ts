// What is noted of all connections of the server.

import type { JsonObject } from "../../base/json/json.ts";
import type { Connection } from "../model.ts";
import { closedLogsJson, type LogSettings } from "./logs.ts";
import { closedMetricsJson } from "./metrics-json.ts";
import type { Monitor } from "./monitor.ts";
import type { LogPublisher } from "./publishing/log-publisher.ts";
import { WatchedConnection } from "./watched.ts";

export interface Monitoring {
  /** Characters of the JSON of all entries of logs that are told. */
  readonly maxLogSizeBytes: number;
  /**
   * Begins to note what happens by a connection that is opened. Its logs begin anew and are on; its counters go on where there were
   * some. Kept until it is forgotten.
   */
  monitorOf(connection: Connection): Monitor;
  /** Ditto's JSON; of a connection that was never opened without any numbers or entries. */
  metrics(id: string): JsonObject;
  logs(id: string): JsonObject;
  enableLogs(id: string): void;
  resetLogs(id: string): void;
  resetMetrics(id: string): void;
  forget(id: string): void;
  /** Those of which something is noted. */
  watched(): Iterable<WatchedConnection>;
  /** Publishes what waits to be, as far as there is time; what is noted after that is not. Never rejects. */
  stop(): Promise<void>;
}

/** Entries of logs are published where there is a publisher. */
export function monitoring(settings: LogSettings, publisher?: LogPublisher): Monitoring {
  const watched = new Map<string, WatchedConnection>();
  return {
    maxLogSizeBytes: settings.maxLogSizeBytes,
    monitorOf(connection) {
      const known = watched.get(connection.id) ?? new WatchedConnection(connection, settings, publisher);
      watched.set(connection.id, known);
      return known.begin(connection, Date.now());
    },
    metrics: (id) => watched.get(id)?.metrics(Date.now()) ?? closedMetricsJson(id),
    logs: (id) => watched.get(id)?.logsJson(Date.now()) ?? closedLogsJson(id),
    enableLogs: (id) => watched.get(id)?.logs.enable(Date.now()),
    resetLogs: (id) => watched.get(id)?.logs.clear(),
    resetMetrics: (id) => watched.get(id)?.resetMetrics(),
    forget: (id) => void watched.delete(id),
    watched: () => watched.values(),
    stop: async () => publisher?.close(),
  };
}
