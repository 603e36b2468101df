// `/devops/logging`: how much the parts of the server say (operating-devops page, "Dynamically adjust log levels").

import type { IncomingMessage } from "node:http";
import { invalidJson, missingJsonField } from "../../../base/json/errors.ts";
import { getKey, isArray, isObject, type JsonObject, type JsonValue } from "../../../base/json/json.ts";
import type { Cluster } from "../../../cluster/cluster.ts";
import { isLevel, isLoggerName, LOGGERS, type Loggers } from "../../../ops/loggers.ts";
import { jsonAnswer, methodNotAllowed, notFoundAnswer } from "../answers.ts";
import { readJson } from "../body.ts";
import { type AskMembers, asksMembers, instanceOf } from "../ops/members.ts";
import { type Addressee, addresseeOf, answersByService } from "./services.ts";

const BASE = "/devops/logging";
const MAX_BYTES = 65_536;

/** The loggers of a service, by the names that Ditto's clients know: each service has one level. */
const names = ["ROOT", "org.eclipse.ditto"];

export const isLoggingPath = (path: string): boolean => path === BASE || path.startsWith(`${BASE}/`);

/** Makes the answers. A change is made in all processes of the cluster, or in the one that is named. */
export function loggingAnswers(cluster: Cluster, loggers: Loggers) {
  const ask = asksMembers(cluster, "ops.logging", (question) => answered(cluster, loggers, question));
  return async (path: string, incoming: IncomingMessage): Promise<Response> => {
    const addressee = addresseeOf(path, BASE);
    if (!addressee) return notFoundAnswer();
    if (incoming.method !== "GET" && incoming.method !== "PUT") return methodNotAllowed(["GET", "PUT"]);
    const change = incoming.method === "PUT" ? await changeIn(incoming) : undefined;
    return told(cluster, addressee, ask, change ? { change } : {});
  };
}

async function told(
  cluster: Cluster,
  addressee: Addressee,
  ask: AskMembers,
  question: JsonObject,
): Promise<Response> {
  const answers = await answersByService(cluster, LOGGERS, addressee, ask, question);
  if (!answers) return notFoundAnswer();
  // As in Ditto, an answer begins below what the path names.
  const { service, instance } = addressee;
  const within = service === undefined ? answers : (answers[service] as JsonObject);
  return jsonAnswer(instance === undefined ? within : (Object.values(within)[0] ?? {}));
}

async function changeIn(incoming: IncomingMessage): Promise<JsonObject> {
  const body = await readJson(incoming, MAX_BYTES, () => invalidJson(`It has more than ${MAX_BYTES} bytes.`));
  const level = isObject(body) ? getKey(body, "level") : undefined;
  if (level === undefined) throw missingJsonField("level");
  if (typeof level !== "string" || !isLevel(level))
    throw invalidJson("Its level is none of off, error, warn, info, debug, trace and all.");
  const logger = isObject(body) ? getKey(body, "logger") : undefined;
  if (logger !== undefined && typeof logger !== "string") throw invalidJson("Its logger is no text.");
  return { level, logger: logger ?? "ROOT" };
}

/** What this process answers for the services that are asked. */
function answered(cluster: Cluster, loggers: Loggers, question: JsonValue): JsonObject {
  const { services, change } = question as JsonObject;
  const asked = isArray(services) ? services.map(String).filter(isLoggerName) : [];
  const common = (name: string) => ({ serviceName: name, instance: instanceOf(cluster, cluster.self) });
  return Object.fromEntries(
    asked.map((name) => {
      if (!isObject(change)) {
        const level = loggers.levelOf(name);
        const loggerConfigs = names.map((logger) => ({ level, logger }));
        return [
          name,
          { type: "devops.responses:retrieveLoggerConfig", status: 200, ...common(name), loggerConfigs },
        ];
      }
      const successful = names.includes(String(change.logger));
      if (successful) loggers.setLevel(name, String(change.level));
      const status = successful ? 200 : 500;
      return [name, { type: "devops.responses:changeLogLevel", status, ...common(name), successful }];
    }),
  );
}
