// How a connection is doing, as RetrieveConnectionStatus tells it.

import type { JsonObject, JsonValue } from "../../base/json/json.ts";
import { addressesOf, type Connection } from "../model.ts";
import type { ClientState, LiveStatus, RecoveryStatus } from "./client-state.ts";

/** What an address of a source or target is told to do. */
export interface AddressStatus {
  readonly status: LiveStatus;
  readonly details: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

/** One client, with what its connector told of addresses, by {@link addressKey}. */
export interface ClientView {
  /** What it is called; absent: its number, from 1. */
  readonly name?: string;
  readonly state: ClientState;
  readonly addresses: ReadonlyMap<string, AddressStatus>;
}

export const addressKey = (kind: "source" | "target", address: string): string => `${kind}\n${address}`;

const TYPE = "connectivity.responses:retrieveConnectionStatus";

/** The status of a connection that is to be open. */
export function statusJson(connection: Connection, clients: readonly ClientView[]): JsonObject {
  const clientStatus = clients.map(clientJson);
  const sourceStatus = clients.flatMap((client, i) => sourceJson(connection, client, i));
  const targetStatus = clients.flatMap((client, i) => targetJson(connection, client, i));
  const tunnelStatus = connection.sshTunnel?.enabled ? clients.map(tunnelJson) : [];
  const parts = [clientStatus, sourceStatus, targetStatus, tunnelStatus];
  const connectedSince = clients
    .filter(({ state }) => state.status === "open")
    .map(({ state }) => state.since)
    .sort((a, b) => a - b)[0];
  return {
    ...{
      type: TYPE,
      status: 200,
      connectionId: connection.id,
      connectionStatus: connection.connectionStatus,
    },
    liveStatus: overall(parts.map((part) => liveStatusOf(part.map(({ status }) => status as LiveStatus)))),
    recoveryStatus: recoveryOf(clients.map(({ state }) => state.recovery)),
    ...(connectedSince !== undefined && { connectedSince: instant(connectedSince) }),
    ...listed("clientStatus", clientStatus),
    ...listed("sourceStatus", sourceStatus),
    ...listed("targetStatus", targetStatus),
    ...listed("sshTunnelStatus", tunnelStatus),
  };
}

/** The status of a connection that is closed, since a time in milliseconds since the epoch. */
export const closedStatusJson = (connectionId: string, since: number): JsonObject => ({
  ...{ type: TYPE, status: 200, connectionId, connectionStatus: "closed", liveStatus: "closed" },
  recoveryStatus: "unknown",
  clientStatus: [
    {
      ...{ type: "client", client: "1", status: "closed", recoveryStatus: "unknown" },
      ...{ statusDetails: "The connection is closed.", inStateSince: instant(since) },
    },
  ],
});

const instant = (time: number): string => new Date(time).toISOString();
const listed = (name: string, list: readonly JsonObject[]): JsonObject =>
  list.length > 0 ? { [name]: list } : {};
const clientName = ({ name }: ClientView, index: number): string => name ?? String(index + 1);

const clientJson = (client: ClientView, index: number): JsonObject => ({
  ...{ type: "client", client: clientName(client, index) },
  ...statusOf(client),
});

const statusOf = ({ state }: ClientView): JsonObject => ({
  ...{ status: state.status, recoveryStatus: state.recovery },
  ...{ statusDetails: state.details, inStateSince: instant(state.since) },
});

function sourceJson(connection: Connection, client: ClientView, index: number): readonly JsonObject[] {
  return connection.sources.flatMap((source) =>
    addressesOf(connection, source).flatMap((address) => {
      const entry = addressJson("source", client, index, address, started);
      return Array<JsonObject>(source.consumerCount).fill(entry);
    }),
  );
}

function targetJson({ targets }: Connection, client: ClientView, index: number): readonly JsonObject[] {
  return targets.map(({ address }) => {
    const isFixed = !address.includes("{{") && !address.includes("${");
    return addressJson("target", client, index, address, isFixed ? started : onDemand);
  });
}

const started = { status: "open", details: "It is connected." } as const;
const onDemand = {
  status: "unknown",
  details: "The address is known when there is something to publish.",
} as const;
const stopped = "The client is not connected.";

/** What the connector told of an address, else what holds of all as long as the client is connected. */
function addressJson(
  type: "source" | "target",
  view: ClientView,
  index: number,
  address: string,
  usual: Omit<AddressStatus, "since">,
): JsonObject {
  const { state, addresses } = view;
  const start = { type, client: clientName(view, index), address };
  const told = addresses.get(addressKey(type, address));
  if (state.phase !== "open" && !told) return { ...start, status: "closed", statusDetails: stopped };
  const { status, details, since } = told ?? { ...usual, since: state.since };
  return { ...start, status, statusDetails: details, inStateSince: instant(since) };
}

function tunnelJson(view: ClientView, index: number): JsonObject {
  const { phase, since } = view.state;
  const isOpen = phase === "open";
  return {
    ...{ type: "ssh", client: clientName(view, index), status: isOpen ? "open" : "closed" },
    ...{ statusDetails: isOpen ? started.details : stopped, inStateSince: instant(since) },
  };
}

/** The status that stands for several: a failure of one is that of all. Unknown ones do not count where the rest is not known. */
function liveStatusOf(statuses: readonly LiveStatus[]): LiveStatus {
  const some = (status: LiveStatus) => statuses.includes(status);
  if (statuses.every((status) => status === "open")) return "open";
  if (some("failed")) return "failed";
  if (some("misconfigured")) return "misconfigured";
  return statuses.every((status) => status === "closed") ? "closed" : "unknown";
}

function overall([clients, ...addresses]: readonly LiveStatus[]): LiveStatus {
  // Of addresses that are found when something is published, nothing can be known; that is no reason to doubt the connection.
  const known = [
    clients as LiveStatus,
    ...addresses.map((status) => (status === "unknown" ? "open" : status)),
  ];
  if (known.every((status) => status === "open")) return "open";
  if (known.includes("failed")) return "failed";
  if (known.includes("misconfigured")) return "misconfigured";
  return known.every((status) => status === "closed") ? "closed" : "unknown";
}

function recoveryOf(statuses: readonly RecoveryStatus[]): JsonValue {
  if (statuses.every((status) => status === "succeeded")) return "succeeded";
  if (statuses.includes("backOffLimitReached")) return "backOffLimitReached";
  return statuses.includes("ongoing") ? "ongoing" : "unknown";
}
