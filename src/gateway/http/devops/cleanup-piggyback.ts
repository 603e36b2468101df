// Piggyback commands to the clean-up of history (operating-devops page, "Managing background cleanup"). Things, policies and
// connections are cleaned up by one round, whichever of their services is asked.

import { isNamespacedId } from "../../../base/ids.ts";
import { invalidJson, missingJsonField } from "../../../base/json/errors.ts";
import { getKey, isObject, type JsonObject } from "../../../base/json/json.ts";
import { policyIdInvalid } from "../../../base/policy-id.ts";
import { checkConnectionId } from "../../../connectivity/read.ts";
import type { EntityKey, StoredKind } from "../../../journal/journal.ts";
import { checkPredictorId } from "../../../predictions/read/read-names.ts";
import { thingIdInvalid } from "../../../things/errors.ts";
import type { CleanupOfAll } from "./cleanup-of-all.ts";
import { textIn } from "./entity-command.ts";
import type { PiggybackHandler } from "./piggyback.ts";

const CLEAN_UP = "cleanup.sudo.commands:cleanupPersistence";

/** Refuses what is no ID of the kind. */
const checks: Readonly<Record<StoredKind, (id: string) => void>> = {
  thing(id) {
    if (!isNamespacedId(id)) throw thingIdInvalid(id);
  },
  policy(id) {
    if (!isNamespacedId(id)) throw policyIdInvalid(id);
  },
  connection: checkConnectionId,
  predictor: checkPredictorId,
};
const isKind = (text: unknown): text is StoredKind => typeof text === "string" && Object.hasOwn(checks, text);

/** Where no type is told, as on Ditto's page, it is the one of the shards that are addressed; those of things are what comes by default. */
function keyIn(json: JsonObject): EntityKey {
  const kind = getKey(json, "entityType") ?? "thing";
  if (!isKind(kind)) throw invalidJson("'entityType' is thing, policy, connection or predictor.");
  const id = textIn(json, "entityId");
  checks[kind](id);
  return { kind, id };
}

type Run = (json: JsonObject, cleanup: CleanupOfAll) => JsonObject | Promise<JsonObject>;

const runs: Readonly<Record<string, Run>> = {
  "status.commands:retrieveHealth": async (_, cleanup) => ({
    type: "status.responses:retrieveHealth",
    status: 200,
    statusInfo: { status: "UP", details: [{ INFO: await cleanup.health() }] },
  }),
  "common.commands:retrieveConfig": async (_, cleanup) => ({
    type: "common.responses:retrieveConfig",
    status: 200,
    config: await cleanup.config(),
  }),
  "common.commands:modifyConfig": async (json, cleanup) => {
    const config = getKey(json, "config");
    if (!isObject(config)) throw missingJsonField("config");
    return { type: "common.responses:modifyConfig", status: 200, config: await cleanup.modify(config) };
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
export const cleanupPiggyback = (cleanup: CleanupOfAll): PiggybackHandler => ({
  services: ["things", "policies", "connectivity"],
  takes: (type, target) =>
    type === CLEAN_UP || (Object.hasOwn(runs, type) && target?.endsWith("/persistenceCleanup") === true),
  async run(json) {
    const run = runs[textIn(json, "type")];
    return run?.(json, cleanup);
  },
});
