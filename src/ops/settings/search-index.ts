// How the search index follows what happens.

import { indexedFields } from "../indexed-fields.ts";
import { setting } from "../setting.ts";
import { duration, flag } from "../setting-kinds.ts";

export const searchIndexSettings = {
  searchWriteInterval: setting(
    "THINGS_SEARCH_UPDATER_STREAM_WRITE_INTERVAL",
    duration,
    "200ms",
    "How long changes of things gather before they are written into the search index, each thing once, while nobody " +
      "waits for search-persisted.",
    "ditto.search.updater.stream.write-interval",
  ),
  searchLagUnderLoad: setting(
    "SEARCH_LAG_UNDER_LOAD",
    duration,
    "10s",
    "How long changes of things may wait for the search index while the server has no time left: of a thing that changes " +
      "again meanwhile only the last state is written. Whoever waits for search-persisted does not wait so long.",
  ),
  searchCheckEnabled: setting(
    "BACKGROUND_SYNC_ENABLED",
    flag,
    "true",
    "Whether the search index is compared with all things and policies in the background, and repaired. After a crash " +
      "it always is, once.",
    "ditto.search.updater.background-sync.enabled",
  ),
  searchCheckQuietPeriod: setting(
    "BACKGROUND_SYNC_QUIET_PERIOD",
    duration,
    "8m",
    "How long that comparison rests after the start and after each round.",
    "ditto.search.updater.background-sync.quiet-period",
  ),
  searchIndexedFields: setting(
    "SEARCH_NAMESPACE_INDEXED_FIELDS",
    indexedFields,
    "[]",
    "The only fields that searches find things by, for namespaces that match a pattern: JSON of the form of Ditto's " +
      'namespace-indexed-fields, as [{"namespace-pattern":"org.example*","indexed-fields":["attributes","features/' +
      'info"]}]. The first pattern that matches counts; a change of this builds the index anew.',
    "ditto.search.namespace-indexed-fields",
  ),
} as const;
