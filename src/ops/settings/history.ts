// What history keeps, and for how long.

import { optional, setting } from "../setting.ts";
import { duration, flag, headerNames, keeping } from "../setting-kinds.ts";

export const historySettings = {
  cleanupEnabled: setting(
    "CLEANUP_ENABLED",
    flag,
    "true",
    "Whether history that is older than CLEANUP_HISTORY_RETENTION_DURATION is deleted in the background.",
  ),
  historyRetention: setting(
    "CLEANUP_HISTORY_RETENTION_DURATION",
    keeping,
    "3d",
    "How long every state of a thing or policy can be read again. What is older stays up to a day longer; the newest " +
      "state stays always.",
  ),
  cleanupQuietPeriod: setting(
    "CLEANUP_QUIET_PERIOD",
    duration,
    "5m",
    "How long the clean-up of history rests after the start and after each round through all things and policies.",
  ),
  thingHeadersToKeep: optional(
    "THING_EVENT_HISTORICAL_HEADERS_TO_PERSIST",
    headerNames,
    "Headers that history keeps of a command that changed a thing, as ditto-originator,correlation-id; unset: none.",
    "ditto.things.thing.event.historical-headers-to-persist",
  ),
  policyHeadersToKeep: optional(
    "POLICY_EVENT_HISTORICAL_HEADERS_TO_PERSIST",
    headerNames,
    "As THING_EVENT_HISTORICAL_HEADERS_TO_PERSIST, for policies.",
    "ditto.policies.policy.event.historical-headers-to-persist",
  ),
} as const;
