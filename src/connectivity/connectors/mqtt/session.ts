// What the clients of a connection leave at the broker, and what of it a later configuration of the connection has no use for.

import type { IConnectPacket } from "mqtt-packet";
import type { Connection } from "../../model.ts";
import type { Successor } from "../connector.ts";
import { Link, type LinkParts } from "./link.ts";
import { clientIdOf, optionsOf } from "./options.ts";
import type { MqttSettings } from "./settings.ts";

export interface Left {
  /** What the consumer subscribes to. */
  readonly filters: readonly string[];
  /** Client IDs, under which the broker keeps sessions. */
  readonly sessions: readonly string[];
}

export const NOTHING_LEFT: Left = { filters: [], sessions: [] };

/**
 * What the client with this index leaves that its successor does not use. Where the broker is does not count: under another address it
 * may be the same one, and a session that is ended takes messages along.
 */
export function surplusOf(
  connection: Connection,
  successor: Successor,
  clientIndex: number,
  settings: MqttSettings,
): Left {
  const { connectionType } = connection;
  if (connectionType === "mqtt" && optionsOf(connection, settings).cleanSession) return NOTHING_LEFT;
  const had = leftBy(connection, clientIndex, settings);
  const used = successor === "none" ? NOTHING_LEFT : leftBy(successor, clientIndex, settings);
  return { filters: without(had.filters, used.filters), sessions: without(had.sessions, used.sessions) };
}

function leftBy(connection: Connection, clientIndex: number, settings: MqttSettings): Left {
  const { connectionType, clientCount, sources } = connection;
  const isMqtt = connectionType === "mqtt" || connectionType === "mqtt-5";
  if (!isMqtt || clientIndex >= clientCount) return NOTHING_LEFT;
  const { clientId, publisherId, separatePublisherClient } = optionsOf(connection, settings);
  const ids = separatePublisherClient ? [clientId, publisherId] : [clientId];
  return {
    filters: sources.flatMap(({ addresses }) => addresses),
    // Of a session whose name the broker has chosen nobody knows.
    sessions: ids.filter((id) => id !== "").map((id) => clientIdOf(id, connection, clientIndex)),
  };
}

const without = (all: readonly string[], others: readonly string[]): readonly string[] =>
  all.filter((one) => !others.includes(one));

const END_WITHIN_MS = 2_000;

/** Ends the session under a client ID, by taking it up as one that lasts no longer. Rejects where the broker does not let it. */
export async function endSession(way: Omit<LinkParts, "connect">, like: IConnectPacket): Promise<void> {
  const { will: _, ...connect } = like;
  const isMqtt5 = connect.protocolVersion === 5;
  const last = { ...connect, clean: true, ...(isMqtt5 && { properties: { sessionExpiryInterval: 0 } }) };
  const link = new Link({ ...way, connect: last }, deaf);
  const timer = setTimeout(() => void link.close(), END_WITHIN_MS);
  try {
    await link.open();
  } finally {
    clearTimeout(timer);
    await link.close();
  }
}

const deaf = {
  packet: () => undefined,
  tooLarge: () => undefined,
  writable: () => undefined,
  lost: () => undefined,
};
