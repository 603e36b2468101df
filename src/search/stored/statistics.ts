// What the planner knows of the index: it decides which way a query takes.

import type { Database, Query } from "../../journal/database.ts";

/**
 * Collects statistics. Where the database can do so beside all else nobody waits for them, nor learns whether
 * it worked: it also does it by itself, some time later. Asked for again meanwhile it does nothing.
 */
export function collectStatistics({ isEmbedded, background, session }: Database): () => Promise<void> {
  if (isEmbedded) return () => analyze(background);
  let isUnderWay = false;
  return async () => {
    if (isUnderWay) return;
    isUnderWay = true;
    session(analyze)
      .catch(() => undefined)
      .finally(() => {
        isUnderWay = false;
      });
  };
}

async function analyze(query: Query): Promise<void> {
  for (const table of ["search_thing", "search_access"]) await query(`analyze ${table}`, []);
}
