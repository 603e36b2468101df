// Where things and policies are kept.

import { optional, setting } from "../setting.ts";
import { bytes, text, url } from "../setting-kinds.ts";

export const storageSettings = {
  dataDir: setting("DATA_DIR", text, "./data", "Where the embedded database lives."),
  databaseUrl: optional(
    "DATABASE_URL",
    url("postgres", "postgresql"),
    "A PostgreSQL (15 or later) to use instead of the embedded database.",
  ),
  natsUrl: optional(
    "NATS_URL",
    url("nats", "tls", "ws", "wss"),
    "Reserved for clusters, which are not built yet: the server refuses to start with it.",
  ),
  cacheSize: setting(
    "CACHE_SIZE",
    bytes,
    "256M",
    "How much JSON of things, again of policies, and half of it of compiled policies is kept in memory; the least recently used leave first. As " +
      "objects it takes about three times as much.",
  ),
} as const;
