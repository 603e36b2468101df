// What a connection says about Kafka, in its `specificConfig` and its URI.

import type { Connection } from "../../model.ts";
import { partsOf } from "../../uri.ts";
import type { Endpoint } from "../connector.ts";

export const saslMechanisms = ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] as const;
export type SaslMechanism = (typeof saslMechanisms)[number];

export interface Sasl {
  readonly mechanism: SaslMechanism;
  readonly username: string;
  readonly password: string;
}

/** Where a consumer group begins that has committed nothing yet. */
export type OffsetReset = "earliest" | "latest";

/** The brokers of `bootstrapServers`; undefined where that is no list of `host:port`, separated by commas. */
export function bootstrapServers(connection: Connection): readonly Endpoint[] | undefined {
  const servers = (connection.specificConfig.bootstrapServers ?? "").split(",").map(serverOf);
  return servers.every((server) => server !== undefined) ? servers : undefined;
}

const LABEL = /^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$/;

function serverOf(text: string): Endpoint | undefined {
  const [, host = "", digits = ""] = /^([^:]+):(\d{1,5})$/.exec(text.trim()) ?? [];
  const port = Number(digits);
  const isHost = host
    .replace(/\.$/, "")
    .split(".")
    .every((label) => LABEL.test(label));
  return isHost && port >= 1 && port <= 65_535 ? { host, port } : undefined;
}

/** The group of the connection's consumers; its ID where it names none. */
export const groupId = (connection: Connection): string => configuredGroupId(connection) ?? connection.id;

/** The `groupId` as configured, with the ID of the connection in the place of its placeholder. */
export const configuredGroupId = ({ id, specificConfig }: Connection): string | undefined =>
  specificConfig.groupId?.replaceAll(/\{\{ {0,9}connection:id {0,9}\}\}/g, () => id);

/** Undefined where it is neither; Kafka's own default is the latest. */
export function offsetReset({ specificConfig }: Connection): OffsetReset | undefined {
  const given = (specificConfig.consumerOffsetReset ?? "latest").toLowerCase();
  return given === "earliest" || given === "latest" ? given : undefined;
}

/** Undefined where it is none of those known; `PLAIN` unless said. */
export function saslMechanism({ specificConfig }: Connection): SaslMechanism | undefined {
  const given = (specificConfig.saslMechanism ?? "plain").toUpperCase();
  return saslMechanisms.find((mechanism) => mechanism === given);
}

/** How to log in: only where the URI holds a user and a password. */
export function saslOf(connection: Connection): Sasl | undefined {
  const { userName, password } = partsOf(connection.uri);
  const mechanism = saslMechanism(connection);
  if (userName === undefined || password === undefined || mechanism === undefined) return undefined;
  return { mechanism, username: userName, password };
}

/** Whether acknowledgements tell where in Kafka a message was written. */
export const isDebugEnabled = ({ specificConfig }: Connection): boolean =>
  specificConfig.debugEnabled?.toLowerCase() === "true";

/** Whether what is corrupt is passed over instead of waited for; not an option of Ditto. */
export const skipsCorrupt = ({ specificConfig }: Connection): boolean =>
  specificConfig.skipCorruptMessages?.toLowerCase() === "true";
