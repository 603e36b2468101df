// The journal's SQL for what is past: an entity as it was, how far back its rows go, and the end of the oldest.

import type { Queries } from "./database.ts";
import type { Moment, Reach, Recorded } from "./journal.ts";
import {
  addTo,
  type EntityKey,
  type Found,
  OLDEST,
  ROW_BESIDE_SNAPSHOT,
  SNAPSHOT_AS_ROW,
} from "./statements.ts";

/** Stands for a bound that is not given. */
const NO_BOUND = Number.MAX_SAFE_INTEGER;

// Each bound finds its own newest snapshot by an index; the earlier of the two is within both. Times never fall with
// revisions, so the rows that lie before a time are the first ones of those read.
const LOAD_AT = `
with base as materialized (
  select * from kept_snapshot
  where id = $1 and kind = $2 and revision <= $3::bigint and modified < $4::bigint and revision = least(
    (select revision from kept_snapshot where id = $1 and kind = $2 and revision <= $3::bigint
     order by revision desc limit 1),
    (select revision from kept_snapshot where id = $1 and kind = $2 and modified < $4::bigint
     order by modified desc, revision desc limit 1))
),
start as materialized (select coalesce((select revision from base), (${OLDEST})) as revision)
select ${SNAPSHOT_AS_ROW} from base
union all
select ${ROW_BESIDE_SNAPSHOT} from journal as later
where id = $1 and kind = $2 and revision >= (select revision from start)
  and revision <= least($3::bigint, (select revision from start) + $5::bigint - 1) and timestamp < $4::bigint`;

/** What an entity was made of at a moment, as the journal promises it. */
export async function loadAt(
  database: Queries,
  { id, kind }: EntityKey,
  { revision = NO_BOUND, before = NO_BOUND }: Moment,
  limit: number,
): Promise<Recorded> {
  const found: Found = { snapshot: undefined, tail: [] };
  for (const row of await database.query(LOAD_AT, [id, kind, revision, before, limit])) addTo(found, row);
  found.tail.sort((a, b) => a.revision - b.revision);
  return found;
}

// Every entity has a snapshot from its birth on, so the snapshots are the list of all.
const LIST_REACH = `
select page.kind, page.id, second.timestamp as second, later.timestamp as later
from (select kind, id from snapshot where (id, kind) > ($1, $2) order by id, kind limit $4::bigint) as page
left join lateral (
  select revision from journal where journal.id = page.id and journal.kind = page.kind order by revision limit 1
) as oldest on true
left join journal as second
  on second.id = page.id and second.kind = page.kind and second.revision = oldest.revision + 1
left join journal as later
  on later.id = page.id and later.kind = page.kind and later.revision = oldest.revision + $3::bigint
order by page.id, page.kind`;

/** How far back the rows of a page of entities go. */
export async function listReach(
  database: Queries,
  after: EntityKey,
  ahead: number,
  limit: number,
): Promise<readonly Reach[]> {
  const rows = await database.query(LIST_REACH, [after.id, after.kind, ahead, limit]);
  return rows.map(
    ({ kind, id, second, later }) =>
      ({ kind, id, second: second ?? undefined, later: later ?? undefined }) as Reach,
  );
}

// The oldest first and with the snapshots between them, so that what is left has no gap wherever it ends. The snapshot
// that `load` starts from is at least as new as every kept one, so what is deleted is behind it.
const PRUNE = `
with base as materialized (
  select revision from kept_snapshot where id = $1 and kind = $2 and modified < $3::bigint
  order by modified desc, revision desc limit 1
),
doomed as materialized (
  select least(base.revision - 1, (${OLDEST}) + $4::bigint - 1) as last from base
),
rows as (
  delete from journal where id = $1 and kind = $2 and revision <= (select last from doomed) returning 1
),
snapshots as (
  delete from kept_snapshot where id = $1 and kind = $2 and revision <= (select last from doomed)
)
select count(*) as deleted from rows`;

/** Deletes the oldest rows of an entity, as the journal promises it. */
export async function prune(
  database: Queries,
  { id, kind }: EntityKey,
  edge: number,
  limit: number,
): Promise<number> {
  const [row] = await database.query(PRUNE, [id, kind, edge, limit]);
  return Number(row?.deleted);
}
