// The clean-up of history in a cluster: its leader cleans up for all, and any other member may lead next.

import { isObject, type JsonObject, type JsonValue } from "../../../base/json/json.ts";
import { parseStored } from "../../../base/json/parse.ts";
import type { Cluster } from "../../../cluster/cluster.ts";
import { serviceUnavailable } from "../../../dispatch/errors.ts";
import type { Cleanup } from "../../../dispatch/maintenance/cleanup.ts";
import { asksMembers } from "../ops/members.ts";

/** As {@link Cleanup}, for all members; rejects with `service.unavailable` where the leader does not answer. */
export interface CleanupOfAll extends Pick<Cleanup, "cleanUp"> {
  config(): JsonObject | Promise<JsonObject>;
  modify(config: JsonObject): JsonObject | Promise<JsonObject>;
  health(): JsonObject | Promise<JsonObject>;
}

const MODIFY = "cleanup.modify";

/**
 * Has settings put into force on every member, those of the leader told, and how far it has come. To be made before the cluster is
 * entered. Members that join later begin with the settings of their start.
 */
export function cleanupOfAll(cleanup: Cleanup, cluster: Cluster): CleanupOfAll {
  if (cluster.isAlone) return cleanup;
  cluster.wire.onRequest(MODIFY, async (payload) => {
    cleanup.modify(parseStored(payload) as JsonObject);
    return "";
  });
  const ask = asksMembers(cluster, "cleanup.told", () => (cluster.isLeader() ? told(cleanup) : null));

  async function ofLeader(name: "config" | "health"): Promise<JsonObject> {
    for (const { answer } of await ask()) {
      const found: JsonValue | undefined = isObject(answer) ? answer[name] : undefined;
      if (isObject(found)) return found;
    }
    throw serviceUnavailable();
  }

  return {
    config: () => ofLeader("config"),
    health: () => ofLeader("health"),
    async modify(config) {
      // What is refused here changes nothing anywhere.
      const inForce = cleanup.modify(config);
      await cluster.wire.requestAll(MODIFY, JSON.stringify(config));
      return inForce;
    },
    cleanUp: (key) => cleanup.cleanUp(key),
  };
}

const told = (cleanup: Cleanup): JsonObject => ({ config: cleanup.config(), health: cleanup.health() });
