// Indexes of an operator's own.

import { customIndexList } from "../custom-indexes.ts";
import { setting } from "../setting.ts";

export const customIndexSettings = {
  searchCustomIndexes: setting(
    "SEARCH_CUSTOM_INDEXES",
    customIndexList,
    "{}",
    "Indexes for filters with ranges and for sorting. They are made in the background, and dropped once they are not " +
      "named any more. The first field of an index decides what it is for; the second continues it.",
    "ditto.search.index-initialization.custom-indexes",
  ),
} as const;
