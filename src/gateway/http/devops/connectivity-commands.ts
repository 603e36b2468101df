// The piggyback commands to connectivity, each with its answer in Ditto's form.

import { missingJsonField } from "../../../base/json/errors.ts";
import { getKey, isObject, type JsonObject, type JsonValue } from "../../../base/json/json.ts";
import type { ConnectionsApi, InsightCommand } from "../../../connectivity/connections-api.ts";
import { connectionNotFound, fieldInvalid } from "../../../connectivity/errors.ts";
import type { Connection } from "../../../connectivity/model.ts";
import { checkConnectionId, readConnection } from "../../../connectivity/read.ts";
import { ignoredText } from "../../../connectivity/validate/ignored.ts";

/** Carries out a command; rejects with its refusal. */
type Run = (command: JsonObject, connections: ConnectionsApi) => JsonObject | Promise<JsonObject>;

const asked = { headers: {}, auth: { subjects: [] } };

const answer = (name: string, status: number, payload: JsonObject): JsonObject => ({
  type: `connectivity.responses:${name}`,
  status,
  ...payload,
});

/** Ditto's text. */
const SUCCESS = "successfully connected";

const sudoAnswer = (name: string, payload: JsonObject): JsonObject => ({
  type: `connectivity.sudo.responses:${name}`,
  status: 200,
  ...payload,
});

function idIn(command: JsonObject): string {
  const connectionId = textIn(command, "connectionId");
  checkConnectionId(connectionId);
  return connectionId;
}

function textIn(command: JsonObject, field: string): string {
  const text = getKey(command, field);
  if (text === undefined || text === null) throw missingJsonField(field);
  if (typeof text !== "string") throw fieldInvalid(`/${field}`, "a text", text);
  return text;
}

function connectionIn(command: JsonObject): Connection {
  const json = getKey(command, "connection");
  if (json === undefined || json === null) throw missingJsonField("connection");
  if (!isObject(json)) throw fieldInvalid("/connection", "an object", json);
  return readConnection(json);
}

function flagIn(command: JsonObject, field: string): boolean {
  const flag: JsonValue = getKey(command, field) ?? false;
  if (typeof flag !== "boolean") throw fieldInvalid(`/${field}`, "true or false", flag);
  return flag;
}

/** Opens, closes or deletes a connection. */
const changing =
  (name: string, action: "open" | "close" | "delete", status: number): Run =>
  async (command, connections) => {
    const id = idIn(command);
    await connections.execute({ action, id, ...asked });
    return answer(name, status, { connectionId: id });
  };

/** Creates a connection, or puts it in the place of another. */
const writing =
  (action: "create" | "put"): Run =>
  async (command, connections) => {
    const connection = connectionIn(command);
    const { id } = connection;
    const { status, value } = await connections.execute({ action, id, connection, ...asked });
    return status === 201
      ? answer("createConnection", 201, { connection: value as JsonObject })
      : answer("modifyConnection", 204, { connectionId: id });
  };

const insight =
  (name: InsightCommand): Run =>
  async (command, connections) => {
    const connectionId = idIn(command);
    await connections.command(connectionId, name);
    return answer(name, 200, { connectionId });
  };

const idsOf = async (
  connections: ConnectionsApi,
  fits: (connection: Connection) => boolean,
): Promise<readonly string[]> =>
  (await connections.current()).flatMap(({ connection }) => (fits(connection) ? [connection.id] : []));

/** By the type of the command. */
export const piggybackCommands: Readonly<Record<string, Run>> = {
  "connectivity.commands:createConnection": writing("create"),
  // As in Ditto's source, and unlike its page, a connection that is not there is created.
  "connectivity.commands:modifyConnection": writing("put"),
  "connectivity.commands:deleteConnection": changing("deleteConnection", "delete", 204),
  "connectivity.commands:openConnection": changing("openConnection", "open", 200),
  "connectivity.commands:closeConnection": changing("closeConnection", "close", 200),
  "connectivity.commands:testConnection": async (command, connections) => {
    const connection = connectionIn(command);
    await connections.test(connection);
    const ignored = ignoredText(connection);
    return answer("testConnection", 200, {
      connectionId: connection.id,
      testResult: ignored === undefined ? SUCCESS : `${SUCCESS}. ${ignored}`,
    });
  },
  "connectivity.commands:retrieveConnection": async (command, connections) => {
    const { value } = await connections.retrieve({ id: idIn(command), ...asked });
    return answer("retrieveConnection", 200, { connection: value as JsonObject });
  },
  "connectivity.commands:retrieveConnectionStatus": (command, connections) =>
    connections.status(idIn(command)),
  "connectivity.commands:retrieveConnectionMetrics": (command, connections) =>
    connections.metrics(idIn(command)),
  "connectivity.commands:retrieveConnectionLogs": async (command, connections) =>
    answer("retrieveConnectionLogs", 200, await connections.logs(idIn(command))),
  "connectivity.commands:enableConnectionLogs": insight("enableConnectionLogs"),
  "connectivity.commands:resetConnectionLogs": insight("resetConnectionLogs"),
  "connectivity.commands:resetConnectionMetrics": insight("resetConnectionMetrics"),
  "connectivity.commands:retrieveAllConnectionIds": async (_, connections) =>
    answer("retrieveAllConnectionIds", 200, { connectionIds: await idsOf(connections, () => true) }),
  "connectivity.sudo.commands:sudoRetrieveConnectionIdsByTag": async (command, connections) => {
    const tag = textIn(command, "tag");
    const connectionIds = await idsOf(connections, ({ tags }) => tags.includes(tag));
    return sudoAnswer("sudoRetrieveConnectionIdsByTag", { connectionIds });
  },
  "connectivity.sudo.commands:sudoRetrieveConnectionTags": async (command, connections) => {
    const id = idIn(command);
    const stored = (await connections.current()).find(({ connection }) => connection.id === id);
    if (!stored) throw connectionNotFound(id);
    return sudoAnswer("sudoRetrieveConnectionTags", { connectionTags: stored.connection.tags });
  },
  "connectivity.commands:migrateEncryption": (command, { migration }) =>
    migration.start({ dryRun: flagIn(command, "dryRun"), resume: flagIn(command, "resume") }),
  "connectivity.commands:migrateEncryptionStatus": (_, { migration }) => migration.status(),
  "connectivity.commands:migrateEncryptionAbort": (_, { migration }) => migration.abort(),
};
