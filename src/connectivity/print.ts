// The connection → Ditto's JSON of it, in Ditto's order, with what Ditto leaves out left out.

import type { JsonObject } from "../base/json/json.ts";
import type {
  Connection,
  Credentials,
  MappingDefinition,
  ReplyTarget,
  Source,
  SshTunnel,
  Target,
} from "./model.ts";
import { printTopic } from "./topics.ts";

/** The JSON of a connection, with its secrets as they are; reading it gives the same connection. */
export function printConnection(connection: Connection): JsonObject {
  const { id, name, connectionType, connectionStatus, uri, credentials, ca, sshTunnel, tags } = connection;
  const { clientCount, failoverEnabled, validateCertificates, processorPoolSize } = connection;
  return {
    id,
    name: name ?? null,
    connectionType,
    connectionStatus,
    uri,
    sources: connection.sources.map(printSource),
    targets: connection.targets.map(printTarget),
    clientCount,
    failoverEnabled,
    validateCertificates,
    processorPoolSize,
    ...unlessEmpty("specificConfig", connection.specificConfig),
    ...unlessEmpty("mappingDefinitions", printDefinitions(connection.mappingDefinitions)),
    ...(credentials && { credentials: printCredentials(credentials) }),
    ...(ca === undefined ? {} : { ca }),
    ...(sshTunnel && { sshTunnel: printTunnel(sshTunnel) }),
    tags,
  };
}

const unlessEmpty = (key: string, json: JsonObject): JsonObject =>
  Object.keys(json).length > 0 ? { [key]: json } : {};

const listed = (key: string, texts: readonly string[]): JsonObject =>
  texts.length > 0 ? { [key]: texts } : {};

function printSource(source: Source): JsonObject {
  const { addresses, consumerCount, qos, enforcement, acknowledgementRequests, headerMapping } = source;
  return {
    addresses,
    consumerCount,
    ...(qos === undefined ? {} : { qos }),
    ...listed("authorizationContext", source.authorizationContext),
    ...(enforcement && { enforcement: { input: enforcement.input, filters: enforcement.filters } }),
    ...(acknowledgementRequests && {
      acknowledgementRequests: {
        includes: acknowledgementRequests.includes,
        ...(acknowledgementRequests.filter === undefined ? {} : { filter: acknowledgementRequests.filter }),
      },
    }),
    headerMapping,
    ...listed("payloadMapping", source.payloadMapping),
    replyTarget: source.replyTarget ? printReplyTarget(source.replyTarget) : { enabled: false },
    ...listed("declaredAcks", source.declaredAcks),
  };
}

const printReplyTarget = (target: ReplyTarget): JsonObject => ({
  address: target.address,
  headerMapping: target.headerMapping,
  expectedResponseTypes: target.expectedResponseTypes,
  enabled: target.enabled,
});

const printTarget = (target: Target): JsonObject => ({
  address: target.address,
  topics: target.topics.map(printTopic),
  ...(target.qos === undefined ? {} : { qos: target.qos }),
  ...listed("authorizationContext", target.authorizationContext),
  ...(target.issuedAcknowledgementLabel === undefined
    ? {}
    : { issuedAcknowledgementLabel: target.issuedAcknowledgementLabel }),
  headerMapping: target.headerMapping,
  ...listed("payloadMapping", target.payloadMapping),
});

const printDefinitions = (definitions: Connection["mappingDefinitions"]): JsonObject =>
  Object.fromEntries(
    Object.entries(definitions).map(([id, definition]) => [id, printDefinition(definition)]),
  );

const printDefinition = (definition: MappingDefinition): JsonObject => ({
  mappingEngine: definition.mappingEngine,
  options: definition.options,
  ...unlessEmpty("incomingConditions", definition.incomingConditions),
  ...unlessEmpty("outgoingConditions", definition.outgoingConditions),
});

/** Fields as read are in Ditto's order but for the secret and scopes of OAuth; an audience that is not there is null in one kind. */
function printCredentials(credentials: Credentials): JsonObject {
  if (credentials.type !== "oauth-client-credentials" && credentials.type !== "oauth-password")
    return { ...credentials };
  const { type, tokenEndpoint, clientId, clientSecret, requestedScopes, audience } = credentials;
  const isAudienceSaid = audience !== undefined || type === "oauth-client-credentials";
  return {
    type,
    tokenEndpoint,
    clientId,
    ...(clientSecret === undefined ? {} : { clientSecret }),
    requestedScopes,
    ...(isAudienceSaid ? { audience: audience ?? null } : {}),
    ...(type === "oauth-password" ? { username: credentials.username, password: credentials.password } : {}),
  };
}

const printTunnel = ({ enabled, credentials, validateHost, knownHosts, uri }: SshTunnel): JsonObject => ({
  enabled,
  credentials: printCredentials(credentials),
  validateHost,
  knownHosts,
  uri,
});
