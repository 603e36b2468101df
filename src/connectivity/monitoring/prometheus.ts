// What Prometheus is told of connections. Each has an ID, so there are only so many that are told by themselves.

import type { Metrics, Series } from "../../ops/metrics.ts";
import type { StoredConnection } from "../connection-store.ts";
import { OUTCOMES } from "./steps.ts";
import type { Tally, WatchedConnection } from "./watched.ts";

export interface MeasuredConnections {
  connections(): readonly StoredConnection[];
  /** Ditto's `liveStatus` of a connection. */
  liveStatus(id: string): string;
  watched(): Iterable<WatchedConnection>;
}

/** What the ID and type of connections are called that are told together; no connection can have it as ID. */
const OTHERS = "(others)";

/**
 * Adds the metrics of connections, those of at most `most` by themselves: first come, first served. The counter has the name and labels
 * that Ditto's has.
 */
export function measureConnections(metrics: Metrics, of: MeasuredConnections, most: number): void {
  metrics.table(
    "counter",
    "connection_messages_total",
    "Messages that took a step on their way through a connection.",
    ["id", "type", "direction", "category", "success"],
    () =>
      [...talliesOf(of.watched(), most).values()].flatMap(({ id, type, tallies }) =>
        [...tallies.values()].flatMap((tally) => messagesOf(id, type, tally)),
      ),
  );
  metrics.table(
    "gauge",
    "pollux_connection_messages_in_work",
    "Messages that came in by a connection and are not settled at the broker.",
    ["id", "type"],
    () =>
      [...talliesOf(of.watched(), most).values()].map(({ id, type, tallies }) => ({
        labels: { id, type },
        value: inWork(tallies),
      })),
  );
  metrics.table(
    "gauge",
    "pollux_connections",
    "How many connections there are of a type and wanted status, by how they are doing.",
    ["type", "wanted", "live"],
    () => statuses(of),
  );
  metrics.table(
    "gauge",
    "pollux_connection_open",
    "Whether a connection is open (1) or not (0).",
    ["id", "type"],
    () =>
      of
        .connections()
        .slice(0, most)
        .map(({ connection: { id, connectionType: type } }) => ({
          labels: { id, type },
          value: of.liveStatus(id) === "open" ? 1 : 0,
        })),
  );
}

interface Told {
  readonly id: string;
  readonly type: string;
  readonly tallies: ReadonlyMap<string, Tally>;
}

function talliesOf(watched: Iterable<WatchedConnection>, most: number): ReadonlyMap<string, Told> {
  const told = new Map<string, Told>();
  const others = new Map<string, Tally>();
  for (const { connection, tallies } of watched) {
    const { id, connectionType: type } = connection;
    if (told.size < most) told.set(id, { id, type, tallies });
    else for (const [key, tally] of tallies) others.set(key, sum(others.get(key), tally));
  }
  return others.size > 0 ? told.set(OTHERS, { id: OTHERS, type: OTHERS, tallies: others }) : told;
}

const sum = (a: Tally | undefined, b: Tally): Tally => ({
  ...b,
  success: (a?.success ?? 0) + b.success,
  failure: (a?.failure ?? 0) + b.failure,
});

const messagesOf = (id: string, type: string, tally: Tally): readonly Series[] =>
  OUTCOMES.filter((outcome) => tally[outcome] > 0).map((outcome) => ({
    labels: {
      ...{ id, type, direction: tally.direction, category: tally.step },
      success: String(outcome === "success"),
    },
    value: tally[outcome],
  }));

/** Each message is consumed once, and settled once. */
function inWork(tallies: ReadonlyMap<string, Tally>): number {
  const taken = tallies.get("inbound consumed");
  const settled = tallies.get("inbound acknowledged");
  return (taken?.success ?? 0) - (settled?.success ?? 0) - (settled?.failure ?? 0);
}

function statuses(of: MeasuredConnections): readonly Series[] {
  const counts = new Map<string, { labels: Series["labels"]; value: number }>();
  for (const { connection } of of.connections()) {
    const labels = {
      type: connection.connectionType,
      wanted: connection.connectionStatus,
      live: of.liveStatus(connection.id),
    };
    const key = Object.values(labels).join(" ");
    counts.set(key, { labels, value: (counts.get(key)?.value ?? 0) + 1 });
  }
  return [...counts.values()];
}
