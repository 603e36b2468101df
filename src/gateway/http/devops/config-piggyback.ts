import { getKey } from "../../../base/json/json.ts";
import { SERVICES } from "../ops/status.ts";
import type { ConfigOf } from "./configuration.ts";
import type { PiggybackHandler } from "./piggyback.ts";

/** `common.commands:retrieveConfig` to the actor that Ditto answers it with for each of its services. */
export const configPiggyback = (config: ConfigOf): PiggybackHandler => ({
  services: SERVICES,
  takes: (type, target) =>
    type === "common.commands:retrieveConfig" &&
    (target === undefined || target.endsWith("/devOpsCommandsActor")),
  run(command) {
    const path = getKey(command, "path");
    return Promise.resolve(config("gateway", typeof path === "string" ? path : undefined));
  },
});
