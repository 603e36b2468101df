// Piggyback commands that block and erase namespaces (operating-devops page, "Erasing data within a namespace").

import { defineError } from "../../../base/errors.ts";
import { getKey, isObject, type JsonArray, type JsonObject } from "../../../base/json/json.ts";
import type { Maintenance } from "../../../dispatch/maintenance/maintenance.ts";
import { textIn } from "./entity-command.ts";
import type { PiggybackHandler } from "./piggyback.ts";

const namespaceInvalid = defineError("namespacedentity.id.invalid", 400, (namespace: string) => ({
  message: `The namespace '${namespace}' is not valid.`,
  description:
    "It is words of letters, digits and underscores, joined by dots or hyphens, each beginning with a letter.",
}));

const SHUTDOWN = "common.commands:shutdown";

/** As the namespace of an ID. */
const isNamespace = (text: string): boolean =>
  text.length < 256 && /^[a-zA-Z]\w*(?:[.-][a-zA-Z]\w*)*$/.test(text);

function namespaceIn(json: JsonObject): string {
  const namespace = textIn(json, "namespace");
  if (!isNamespace(namespace)) throw namespaceInvalid(namespace.slice(0, 256));
  return namespace;
}

const answer = (name: string, namespace: string, resourceType: string): JsonObject => ({
  type: `namespaces.responses:${name}`,
  status: 200,
  namespace,
  resourceType,
});

type Run = (json: JsonObject, maintenance: Maintenance) => Promise<JsonObject | JsonArray | undefined>;

const runs: Readonly<Record<string, Run>> = {
  "namespaces.commands:blockNamespace": async (json, maintenance) => {
    const namespace = namespaceIn(json);
    await maintenance.block(namespace);
    return answer("blockNamespace", namespace, "namespaces");
  },
  "namespaces.commands:unblockNamespace": async (json, maintenance) => {
    const namespace = namespaceIn(json);
    await maintenance.unblock(namespace);
    return answer("unblockNamespace", namespace, "namespaces");
  },
  "namespaces.commands:purgeNamespace": async (json, maintenance) => {
    const namespace = namespaceIn(json);
    const gone = await maintenance.purge(namespace);
    return Object.keys(gone).map((type) => ({
      ...answer("purgeNamespace", namespace, type),
      successful: true,
    }));
  },
  // Not among Ditto's commands, which has no answer to the question what is blocked.
  "namespaces.commands:retrieveBlockedNamespaces": async (_, maintenance) => ({
    type: "namespaces.responses:retrieveBlockedNamespaces",
    status: 200,
    namespaces: (await maintenance.list()).map(({ namespace, since, purge }) => ({
      namespace,
      since: new Date(since).toISOString(),
      ...(purge !== undefined && { purge }),
    })),
  }),
  // Ditto's second step stops what works on the namespace, and nobody answers. Here blocking has waited for that.
  [SHUTDOWN]: async () => undefined,
};

const isPurgeReason = (json: JsonObject): boolean => {
  const reason = getKey(json, "reason");
  return isObject(reason) && getKey(reason, "type") === "purge-namespace";
};

/** Makes the handler. The answer to a purge is one for each kind of resource, of which all are told where `aggregate` is not false. */
export const namespacePiggyback = (maintenance: Maintenance): PiggybackHandler => ({
  services: ["things", "policies", "search", "connectivity"],
  takes: (type, target) =>
    Object.hasOwn(runs, type) &&
    (type !== SHUTDOWN || target === undefined || target.endsWith("/distributedPubSubMediator")),
  async run(json) {
    const type = textIn(json, "type");
    if (type === SHUTDOWN && !isPurgeReason(json)) return undefined;
    return runs[type]?.(json, maintenance);
  },
});
