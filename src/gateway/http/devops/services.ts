// The paths below `/devops/logging`, `/devops/config` and `/devops/piggyback`: which service and instance they name.

import type { JsonObject, JsonValue } from "../../../base/json/json.ts";
import type { Cluster } from "../../../cluster/cluster.ts";
import { type AskMembers, instanceOf, memberNamed } from "../ops/members.ts";

export interface Addressee {
  readonly service: string | undefined;
  readonly instance: string | undefined;
}

/** Reads `{base}`, `{base}/{service}` or `{base}/{service}/{instance}`; `undefined` where a path is none of them. */
export function addresseeOf(path: string, base: string): Addressee | undefined {
  const rest = path.startsWith(base) ? path.slice(base.length) : undefined;
  if (rest === undefined || !/^(?:\/[\w.@-]+){0,2}\/?$/.test(rest)) return undefined;
  const [, service, instance] = rest.split("/");
  return { service: service || undefined, instance: instance || undefined };
}

/**
 * What the named services (all, without a name) of the named processes (likewise) answer, by service and instance; `undefined`
 * where there is no such service or process.
 */
export async function answersByService(
  cluster: Cluster,
  services: readonly string[],
  { service, instance }: Addressee,
  ask: AskMembers,
  question: JsonObject,
): Promise<JsonObject | undefined> {
  const asked = service === undefined ? services : services.filter((name) => name === service);
  const only = instance === undefined ? undefined : memberNamed(cluster, instance);
  if (asked.length === 0 || (instance !== undefined && !only)) return undefined;
  const answers = await ask({ ...question, services: asked }, only);
  return Object.fromEntries(
    asked.map((name) => [
      name,
      Object.fromEntries(
        answers.map(({ member, answer }) => [
          // An instance that was named by its number is told by it.
          only && cluster.isAlone && instance !== undefined ? instance : instanceOf(cluster, member),
          ofService(answer, name),
        ]),
      ),
    ]),
  );
}

/** What a process answered for one of the services. */
function ofService(answer: JsonValue | undefined, service: string): JsonValue {
  const all = answer as JsonObject | undefined;
  return all?.[service] ?? { type: "devops.responses:errorResponse", status: 408, serviceName: service };
}
