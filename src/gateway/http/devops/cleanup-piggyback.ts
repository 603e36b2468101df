// Piggyback commands to the clean-up of history (operating-devops page, "Managing background cleanup"). Things, policies and
// connections are cleaned up by one round, whichever of their services is asked.

import { invalidJson, missingJsonField } from "../../../base/json/errors.ts";
import { getKey, isObject, type JsonObject } from "../../../base/json/json.ts";
import type { Cleanup } from "../../../dispatch/maintenance/cleanup.ts";
import type { EntityKey, StoredKind } from "../../../journal/journal.ts";
import { textIn } from "./entity-command.ts";
import type { PiggybackHandler } from "./piggyback.ts";

const CLEAN_UP = "cleanup.sudo.commands:cleanupPersistence";

const kinds: ReadonlySet<string> = new Set<StoredKind>(["thing", "policy", "connection", "predictor"]);

/** Where no type is told, as on Ditto's page, it is the one of the shards that are addressed; those of things are what comes by default. */
function keyIn(json: JsonObject): EntityKey {
  const kind = getKey(json, "entityType") ?? "thing";
  if (typeof kind !== "string" || !kinds.has(kind))
    throw invalidJson("'entityType' is thing, policy, connection or predictor.");
  return { kind: kind as StoredKind, id: textIn(json, "entityId") };
}

type Run = (json: JsonObject, cleanup: Cleanup) => JsonObject | Promise<JsonObject>;

const runs: Readonly<Record<string, Run>> = {
  "status.commands:retrieveHealth": (_, cleanup) => ({
    type: "status.responses:retrieveHealth",
    status: 200,
    statusInfo: { status: "UP", details: [{ INFO: cleanup.health() }] },
  }),
  "common.commands:retrieveConfig": (_, cleanup) => ({
    type: "common.responses:retrieveConfig",
    status: 200,
    config: cleanup.config(),
  }),
  "common.commands:modifyConfig": (json, cleanup) => {
    const config = getKey(json, "config");
    if (!isObject(config)) throw missingJsonField("config");
    return { type: "common.responses:modifyConfig", status: 200, config: cleanup.modify(config) };
  },
  [CLEAN_UP]: async (json, cleanup) => {
    const key = keyIn(json);
    await cleanup.cleanUp(key);
    return {
      type: "cleanup.sudo.responses:cleanupPersistence",
      status: 200,
      entityId: `${key.kind}:${key.id}`,
    };
  },
};

/** Makes the handler. */
export const cleanupPiggyback = (cleanup: Cleanup): PiggybackHandler => ({
  services: ["things", "policies", "connectivity"],
  takes: (type, target) =>
    type === CLEAN_UP || (Object.hasOwn(runs, type) && target?.endsWith("/persistenceCleanup") === true),
  async run(json) {
    const run = runs[textIn(json, "type")];
    return run?.(json, cleanup);
  },
});
