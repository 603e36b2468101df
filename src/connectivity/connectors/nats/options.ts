// Options of one NATS connection: its specificConfig over what the operator has set for all.

import { isIP } from "node:net";
import { connectionInvalid } from "../../errors.ts";
import type { Connection, Source } from "../../model.ts";
import { durationIn } from "../config-values.ts";
import type { Endpoint } from "../connector.ts";
import { isName, sourceAddress } from "./address.ts";
import type { NatsSettings } from "./settings.ts";
import { problemOfFilter, problemOfSubject } from "./subjects.ts";

const authentications = ["password", "nkey", "jwt"] as const;
const deliverPolicies = ["all", "new", "last", "last_per_subject"] as const;
const DEFAULT_PORT = 4222;
const MIN_ACK_WAIT_MS = 1_000;
const MAX_ACK_WAIT_MS = 3_600_000;

export interface NatsOptions {
  /** Tried in turn after that of the URI. */
  readonly servers: readonly Endpoint[];
  /** What user name and password of the connection are. */
  readonly authentication: (typeof authentications)[number];
  readonly queueGroup: string;
  /** What the names of the connection's durable consumers begin with. */
  readonly durable: string;
  /** In milliseconds. */
  readonly ackWait: number;
  readonly maxAckPending: number;
  /** How often a message is delivered at most; absent where that has no end. */
  readonly maxDeliver: number | undefined;
  readonly deliverPolicy: (typeof deliverPolicies)[number];
  readonly jetstreamDomain: string | undefined;
  readonly inboxPrefix: string;
}

/** Refuses values that cannot be with `connectivity:connection.configuration.invalid`. */
export function optionsOf({ id, specificConfig }: Connection, settings: NatsSettings): NatsOptions {
  const text = (name: string) => (Object.hasOwn(specificConfig, name) ? specificConfig[name] : undefined);
  const own = nameOf(id);
  return {
    servers: readServers(text("servers")),
    authentication: readOneOf("authentication", text("authentication"), authentications),
    queueGroup: readName("queueGroup", text("queueGroup") ?? own, isQueueGroup),
    durable: readName("durable", text("durable") ?? own, isName),
    ackWait: readAckWait(text("ackWait"), settings.ackWait),
    maxAckPending: readCount("maxAckPending", text("maxAckPending")) ?? settings.maxAckPending,
    maxDeliver: readCount("maxDeliver", text("maxDeliver")),
    deliverPolicy: readOneOf("deliverPolicy", text("deliverPolicy"), deliverPolicies),
    jetstreamDomain: readOptionalName("jetstreamDomain", text("jetstreamDomain")),
    inboxPrefix: readName("inboxPrefix", text("inboxPrefix") ?? "_INBOX", isInboxPrefix),
  };
}

/** The quality of service of an address: at least once where JetStream is, unless said otherwise. */
export const qosOf = ({ qos }: Source, address: string): number =>
  qos ?? (sourceAddress(address).kind === "subject" ? 0 : 1);

/** The durable consumer of an address, by the index of its source and its own within that. */
export const consumerName = ({ durable }: NatsOptions, source: number, at: number): string =>
  `${durable}-${source}-${at}`;

/** IDs may hold colons, which are no part of a name on every file system. */
const nameOf = (connectionId: string): string => `pollux-${connectionId.replaceAll(":", "=3A")}`;

const isQueueGroup = (text: string): boolean => problemOfFilter(text) === undefined;
const isInboxPrefix = (text: string): boolean => problemOfSubject(text) === undefined;

function refuse(name: string, reason: string): never {
  throw connectionInvalid(`/specificConfig/${name}`, reason);
}

function readName(name: string, text: string, isAllowed: (text: string) => boolean): string {
  return isAllowed(text) ? text : refuse(name, "It is no name that NATS allows here.");
}

const readOptionalName = (name: string, text: string | undefined): string | undefined =>
  text === undefined ? undefined : readName(name, text, isName);

function readOneOf<T extends string>(
  name: string,
  text: string | undefined,
  values: readonly [T, ...T[]],
): T {
  if (text === undefined) return values[0];
  return values.find((value) => value === text) ?? refuse(name, `It is one of ${values.join(", ")}.`);
}

function readCount(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : refuse(name, "It is a whole number from 1 on.");
}

function readAckWait(text: string | undefined, fallback: number): number {
  const time = text === undefined ? fallback : durationIn(text);
  if (time === undefined) return refuse("ackWait", "It must be a time, as 30s or 500ms.");
  return Math.min(Math.max(time, MIN_ACK_WAIT_MS), MAX_ACK_WAIT_MS);
}

function readServers(text: string | undefined): readonly Endpoint[] {
  if (text === undefined || text.trim() === "") return [];
  const servers = text.split(",").map((server) => endpointIn(server.trim()));
  return servers.every((server) => server !== undefined)
    ? servers
    : refuse("servers", "It is a list of host:port, separated by commas.");
}

function endpointIn(text: string): Endpoint | undefined {
  const [, v6, name, digits] = /^(?:\[([\da-fA-F:.]+)\]|([\w.-]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = v6 ?? name;
  const port = digits === undefined ? DEFAULT_PORT : Number(digits);
  if (host === undefined || (v6 !== undefined && !isIP(v6)) || port < 1 || port > 65_535) return undefined;
  return { host, port };
}
