// The journal's SQL for what was written a short time ago, by the database's clock: how a member of a cluster finds what it
// may have missed.

import type { Queries } from "./database.ts";
import type { RecentPlace, RecentRow, StoredKind } from "./journal.ts";

// `statement_timestamp` may bound an index walk, unlike `clock_timestamp`. The bound on `recorded` alone is what the index
// understands, the comparison of rows is where a page begins.
const LIST_RECENT = `
select kind, id, revision, timestamp, action, path, value, headers, metadata, recorded from journal
where kind = $1
  and recorded >= coalesce(
    $3::bigint, greatest((extract(epoch from statement_timestamp()) * 1000)::bigint - $2::bigint, 1))
  and ($3::bigint is null or (recorded, id, revision) > ($3::bigint, $4, $5::bigint))
order by recorded, id, revision limit $6::bigint`;

/** The rows of a kind that were written lately, as the journal promises them. */
export async function listRecent(
  database: Queries,
  kind: StoredKind,
  agoMs: number,
  after: RecentPlace | undefined,
  limit: number,
): Promise<readonly RecentRow[]> {
  const place = after ? [after.recorded, after.id, after.revision] : [null, null, null];
  const rows = await database.query(LIST_RECENT, [kind, Math.ceil(agoMs), ...place, limit]);
  return rows as unknown as readonly RecentRow[];
}
