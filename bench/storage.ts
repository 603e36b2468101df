// The servers of the bench: ours, on either storage, with an owner and a stranger.

import type { Place } from "../test/campaigns/place.ts";
import type { TestServer } from "../test/support/server.ts";
import type { Target } from "./target.ts";

/** Starts our server as the bench needs it: Basic for the owner, as in a quick start, and a way in for strangers. */
export const startOurs = (place: Place): Promise<TestServer> =>
  place.start({ ENABLE_PRE_AUTHENTICATION: "true", LOG_LEVEL: "warn" });

export const targetOf = (server: TestServer): Target => ({
  url: server.url,
  owner: { authorization: basic("ditto:ditto") },
  stranger: { "x-ditto-pre-authenticated": "nginx:stranger" },
});

export const basic = (user: string): string => `Basic ${Buffer.from(user).toString("base64")}`;
