// `/devops/piggyback/connectivity`: connections managed by Ditto's piggyback commands (connectivity-manage-connections-piggyback page).

import type { IncomingMessage } from "node:http";
import { defineError, TwinError } from "../../../base/errors.ts";
import { missingJsonField } from "../../../base/json/errors.ts";
import { getKey, isObject, type JsonObject, type JsonValue } from "../../../base/json/json.ts";
import type { ConnectionsApi } from "../../../connectivity/connections-api.ts";
import { jsonAnswer, methodNotAllowed } from "../answers.ts";
import { readJson } from "../body.ts";
import { tooLarge } from "../connections/read-body.ts";
import { piggybackCommands } from "./connectivity-commands.ts";

export interface PiggybackParts {
  readonly connections: ConnectionsApi;
  readonly maxRequestBytes: number;
}

const unknownType = defineError("json.type.notparsable", 400, (type: string) => ({
  message: `The command of the type '${type}' is not known here.`,
  description: "Send one of the commands of Ditto's page about managing connections by piggyback.",
}));

const MAX_TOLD = 100;
const SERVICE = "connectivity";

/** Whether a path is that of the piggyback commands to connectivity, whichever instance it names. */
export const isConnectivityPiggyback = (path: string): boolean =>
  /^\/devops\/piggyback\/connectivity(\/\d*)?$/.test(path);

/**
 * Carries out a piggyback command of an operator. As in Ditto, what comes of it is the body of an answer with the status 200, by
 * service and instance unless the header `aggregate` is false; a refusal is told likewise.
 */
export async function connectivityPiggyback(
  incoming: IncomingMessage,
  { connections, maxRequestBytes }: PiggybackParts,
): Promise<Response> {
  if (incoming.method !== "POST") return methodNotAllowed(["POST"]);
  const body = await readJson(incoming, maxRequestBytes, tooLarge(maxRequestBytes));
  const command = isObject(body) ? getKey(body, "piggybackCommand") : undefined;
  if (!isObject(body) || !isObject(command)) throw missingJsonField("piggybackCommand");
  const told = await outcomeOf(command, connections);
  const instance = String(process.pid);
  return jsonAnswer(isAggregated(body) ? { [SERVICE]: { [instance]: told } } : told);
}

function isAggregated(body: JsonObject): boolean {
  const headers = getKey(body, "headers");
  const aggregate = isObject(headers) ? getKey(headers, "aggregate") : undefined;
  return aggregate === undefined || String(aggregate).toLowerCase() === "true";
}

async function outcomeOf(command: JsonObject, connections: ConnectionsApi): Promise<JsonValue> {
  const type = String(getKey(command, "type"));
  const run = Object.hasOwn(piggybackCommands, type) ? piggybackCommands[type] : undefined;
  if (!run) return unexecuted(unknownType(type.slice(0, MAX_TOLD)));
  try {
    return await run(command, connections);
  } catch (error) {
    if (error instanceof TwinError) return errorJson(error);
    throw error;
  }
}

/** What is told of a command that is none. */
const unexecuted = (error: TwinError): JsonObject => ({
  type: "devops.responses:errorResponse",
  ...{ status: error.status, serviceName: SERVICE, instance: String(process.pid) },
  payload: errorJson(error),
});

const errorJson = (error: TwinError): JsonObject => JSON.parse(JSON.stringify(error));
