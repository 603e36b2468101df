// Ditto's JSON of a connection → the connection (basic-connections page). What a connection does not have is dropped.

import type { JsonObject } from "../base/json/json.ts";
import { connectionIdInvalid, connectionInvalid, fieldUnknown } from "./errors.ts";
import {
  anyTexts,
  countAt,
  fieldOf,
  flagAt,
  type Part,
  partAt,
  partsAt,
  required,
  textAt,
  textsAt,
} from "./fields.ts";
import type { Connection, ConnectionType, MappingDefinition, Target, WantedStatus } from "./model.ts";
import { optionsAt } from "./option-names.ts";
import { readCredentials, readSshTunnel } from "./read-credentials.ts";
import { readSource } from "./read-source.ts";
import { readTarget } from "./read-target.ts";
import { readUri } from "./uri.ts";

const types: readonly ConnectionType[] = [
  "amqp-091",
  "amqp-10",
  "mqtt",
  "kafka",
  "http-push",
  "mqtt-5",
  "hono",
  "nats",
];
const isType = (name: string): name is ConnectionType => types.some((type) => type === name);
const statuses: readonly string[] = [
  "open",
  "closed",
  "failed",
  "misconfigured",
  "unknown",
] satisfies WantedStatus[];
const isStatus = (name: string): name is WantedStatus => statuses.includes(name);

const ID = /^[a-zA-Z0-9-_:]{1,100}$/;

/** Refuses what is no ID of a connection with `connectivity:connection.id.invalid`. */
export function checkConnectionId(id: string): void {
  if (!ID.test(id)) throw connectionIdInvalid(id);
}

/** What an older form of the JSON calls its only mapper. */
const OLD_MAPPER = "javascript";

/**
 * Reads a connection, the older forms of its JSON too. Refuses what is missing or of the wrong type, a bad ID, URI, label or
 * topic, and a connection without a source or target, or with one for which nobody speaks; the rest is for
 * `validateConnection`.
 */
export function readConnection(json: JsonObject): Connection {
  const part: Part = { json, at: "" };
  const type = required(textAt, part, "connectionType");
  if (!isType(type)) throw fieldUnknown("/connectionType", type, types);
  const old = partAt(part, "mappingContext");
  const definitions = definitionsOf(partAt(part, "mappingDefinitions"), old);
  const connection: Connection = {
    ...head(part, type),
    sources: partsAt(part, "sources").map((source) => withOldMapper(readSource(source, type), old)),
    targets: partsAt(part, "targets").map((target) => withOldMapper(readTarget(target), old)),
    mappingDefinitions: definitions,
    ...secrets(part),
    clientCount: countAt(part, "clientCount", 1),
    failoverEnabled: flagAt(part, "failoverEnabled") ?? true,
    validateCertificates: flagAt(part, "validateCertificates") ?? true,
    processorPoolSize: countAt(part, "processorPoolSize", 1),
    specificConfig: optionsAt(part, type),
    tags: textsAt(part, "tags"),
  };
  checkWhole(connection);
  return connection;
}

function head(part: Part, connectionType: ConnectionType) {
  const id = required(textAt, part, "id");
  checkConnectionId(id);
  const connectionStatus = required(textAt, part, "connectionStatus");
  if (!isStatus(connectionStatus)) throw fieldUnknown("/connectionStatus", connectionStatus, statuses);
  const name = textAt(part, "name");
  return {
    id,
    ...(name === undefined ? {} : { name }),
    connectionType,
    connectionStatus,
    uri: uriAt(part, connectionType),
  };
}

/** Connections of Hono take theirs from the configuration of the server. */
function uriAt(part: Part, type: ConnectionType): string {
  const uri = type === "hono" ? (textAt(part, "uri") ?? "") : required(textAt, part, "uri");
  if (uri.trim() === "" && type === "hono") return "";
  return readUri(uri, fieldOf(part, "uri")).text;
}

function secrets(part: Part): Pick<Connection, "credentials" | "ca" | "sshTunnel"> {
  const credentials = partAt(part, "credentials");
  const ca = textAt(part, "ca");
  const tunnel = partAt(part, "sshTunnel");
  return {
    ...(credentials && { credentials: readCredentials(credentials) }),
    ...(ca === undefined ? {} : { ca }),
    ...(tunnel && { sshTunnel: readSshTunnel(tunnel) }),
  };
}

/** Reads mapping definitions, and the older form of one. */
export function definitionsOf(part: Part | undefined, old?: Part): Connection["mappingDefinitions"] {
  const keys = part ? Object.keys(part.json) : [];
  const definitions = keys.flatMap((key): [string, MappingDefinition][] => {
    const definition = part && partAt(part, key);
    return definition ? [[key, readDefinition(definition)]] : [];
  });
  return Object.fromEntries(old ? [...definitions, [OLD_MAPPER, readDefinition(old)]] : definitions);
}

const readDefinition = (part: Part): MappingDefinition => ({
  mappingEngine: required(textAt, part, "mappingEngine"),
  options: required(partAt, part, "options").json,
  incomingConditions: anyTexts(partAt(part, "incomingConditions")),
  outgoingConditions: anyTexts(partAt(part, "outgoingConditions")),
});

const withOldMapper = <T extends Pick<Target, "payloadMapping">>(end: T, old: Part | undefined): T =>
  old ? { ...end, payloadMapping: [...end.payloadMapping, OLD_MAPPER] } : end;

function checkWhole({ sources, targets, clientCount }: Connection): void {
  if (sources.length === 0 && targets.length === 0)
    throw connectionInvalid("/sources", "It needs a source, or a target in /targets.");
  sources.forEach((source, i) => {
    checkSubjects(source.authorizationContext, `/sources/${i}/authorizationContext`);
  });
  targets.forEach((target, i) => {
    checkSubjects(target.authorizationContext, `/targets/${i}/authorizationContext`);
    const announces = target.topics.findIndex(({ topic }) => topic === "_/_/connections/announcements");
    if (announces >= 0 && clientCount > 1)
      throw connectionInvalid(
        `/targets/${i}/topics/${announces}`,
        "Connections with one client only announce themselves.",
      );
  });
}

function checkSubjects(subjects: readonly string[], field: string): void {
  if (subjects.length === 0)
    throw connectionInvalid(field, "It names nobody to act for: it needs a subject, as policies name them.");
  const empty = subjects.indexOf("");
  if (empty >= 0) throw connectionInvalid(`${field}/${empty}`, "A subject is not empty.");
}
