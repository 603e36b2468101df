// `/devops/config`: the settings in force (operating-devops page, "Dynamically retrieve configurations").

import type { IncomingMessage } from "node:http";
import { isArray, type JsonObject, type JsonValue } from "../../../base/json/json.ts";
import type { Cluster } from "../../../cluster/cluster.ts";
import type { Config } from "../../../ops/config.ts";
import { configAt, configTree, processInfo } from "../../../ops/config-tree.ts";
import { jsonAnswer, methodNotAllowed, notFoundAnswer } from "../answers.ts";
import { asksMembers, instanceOf } from "../ops/members.ts";
import { SERVICES } from "../ops/status.ts";
import { readTarget } from "../uri.ts";
import { addresseeOf, answersByService } from "./services.ts";

const BASE = "/devops/config";

/** What Ditto answers with beside its configuration. */
const INFO = "ditto.info";

export const isConfigPath = (path: string): boolean => path === BASE || path.startsWith(`${BASE}/`);

/** The settings of this process below a path, as one of the services answers with them. */
export type ConfigOf = (service: string, path: string | undefined) => JsonObject;

export function configOf(cluster: Cluster, config: Config): ConfigOf {
  const tree = configTree(config);
  return (service, path) => ({
    type: "common.responses:retrieveConfig",
    status: 200,
    config:
      path === INFO
        ? processInfo(service, instanceOf(cluster, cluster.self), process.env, process.execArgv)
        : configAt(tree, path),
  });
}

/** Makes the answers; all services have the same settings, as one process does the work of all. */
export function configAnswers(cluster: Cluster, config: ConfigOf) {
  const ask = asksMembers(cluster, "ops.config", (question: JsonValue) => {
    const { services, path } = question as JsonObject;
    const asked = isArray(services) ? services.map(String) : [];
    return Object.fromEntries(
      asked.map((name) => [name, config(name, typeof path === "string" ? path : undefined)]),
    );
  });
  return async (path: string, incoming: IncomingMessage): Promise<Response> => {
    const addressee = addresseeOf(path, BASE);
    if (!addressee) return notFoundAnswer();
    if (incoming.method !== "GET") return methodNotAllowed(["GET"]);
    const at = readTarget(incoming.url as string).query?.get("path") ?? null;
    const answers = await answersByService(cluster, SERVICES, addressee, ask, { path: at });
    if (!answers) return notFoundAnswer();
    const { service, instance } = addressee;
    if (service === undefined || instance === undefined) return jsonAnswer(answers);
    return jsonAnswer(Object.values(answers[service] as JsonObject)[0] ?? {});
  };
}
