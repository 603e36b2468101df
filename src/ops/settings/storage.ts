// Where things and policies are kept.

import { optional, setting } from "../setting.ts";
import { bytes, text, url, whole } from "../setting-kinds.ts";

export const storageSettings = {
  dataDir: setting("DATA_DIR", text, "./data", "Where the embedded database lives."),
  databaseUrl: optional(
    "DATABASE_URL",
    url("postgres", "postgresql"),
    "A PostgreSQL (15 or later) to use instead of the embedded database.",
  ),
  databasePartitions: optional(
    "DATABASE_PARTITIONS",
    whole(0, 1_024),
    "Into how many parts, by entity ID, PostgreSQL's large tables are divided when they are made; absent or 0 leaves them whole. `pollux partition` divides " +
      "those that are there, and takes that it is said. The embedded database has no parts.",
  ),
  cacheSize: setting(
    "CACHE_SIZE",
    bytes,
    "256M",
    "How much memory things may take, again policies, and half of it compiled policies; those not used lately leave first. No more than an " +
      "eighth of what V8's heap may have counts (a quarter of a small machine's memory, or --max-old-space-size); garbage comes on top.",
  ),
} as const;
