// The servers of the bench: ours, on either storage, with an owner and a stranger.

import { compileCache } from "../scripts/node.mjs";
import type { Place } from "../test/campaigns/place.ts";
import type { TestServer } from "../test/support/server.ts";
import type { Target } from "./target.ts";

const operatorPassword = "bench";

/** Starts our server as the bench needs it: Basic for the owner, as in a quick start, a way in for strangers, and an operator. */
export const startOurs = (place: Place, more: Readonly<Record<string, string>> = {}): Promise<TestServer> =>
  place.start({
    ...{ ENABLE_PRE_AUTHENTICATION: "true", LOG_LEVEL: "warn", DEVOPS_PASSWORD: operatorPassword },
    NODE_COMPILE_CACHE: compileCache, // as by `npm start`
    ...more,
  });

export const targetOf = (server: TestServer): Target => ({
  url: server.url,
  owner: { authorization: basic("ditto:ditto") },
  stranger: { "x-ditto-pre-authenticated": "nginx:stranger" },
});

export const basic = (user: string): string => `Basic ${Buffer.from(user).toString("base64")}`;

/** The same server, spoken to as its operator. */
export const asOperator = (target: Target): Target => ({
  ...target,
  owner: { authorization: basic(`devops:${operatorPassword}`) },
});
