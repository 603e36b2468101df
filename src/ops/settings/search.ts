// How searches are answered.

import { setting } from "../setting.ts";
import { duration, flag, whole } from "../setting-kinds.ts";

/** Pages beyond are for nobody: an answer is bounded anyway. */
const LARGEST_PAGE = 10_000;

export const searchSettings = {
  searchDefaultPageSize: setting(
    "LIMITS_THINGS_SEARCH_DEFAULT_PAGE_SIZE",
    whole(1, LARGEST_PAGE),
    "25",
    "How many things a page of a search has when nobody says it.",
    "ditto.limits.things-search.default-page-size",
  ),
  searchMaxPageSize: setting(
    "LIMITS_THINGS_SEARCH_MAX_PAGE_SIZE",
    whole(1, LARGEST_PAGE),
    "200",
    "The most things that a page of a search may have.",
    "ditto.limits.things-search.max-page-size",
  ),
  searchTimeout: setting(
    ["THINGS_SEARCH_QUERY_TIMEOUT", "MONGO_DB_QUERY_TIMEOUT"],
    duration,
    "60s",
    "How long a search may take, waiting for its turn included; then it is cancelled and answered with 408.",
    "ditto.mongodb.maxQueryTime",
  ),
  slowSearchLogEnabled: setting(
    "THINGS_SEARCH_QUERY_SLOW_QUERY_LOG_ENABLED",
    flag,
    "true",
    "Whether slow searches are logged.",
    "ditto.search.query.slow-query-log.enabled",
  ),
  slowSearchLogThreshold: setting(
    "THINGS_SEARCH_QUERY_SLOW_QUERY_LOG_THRESHOLD",
    duration,
    "1s",
    "From when on a search is slow.",
    "ditto.search.query.slow-query-log.threshold",
  ),
} as const;
