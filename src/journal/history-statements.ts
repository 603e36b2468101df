// The journal's SQL for what is past: an entity as it was, how far back its rows go, and the end of the oldest.

import { pack, type Queries, unpack } from "./database.ts";
import type { EntityKey, Moment, Reach, Recorded } from "./journal.ts";
import { addTo, type Found, keyText, OLDEST, ROW_BESIDE_SNAPSHOT, SNAPSHOT_AS_ROW } from "./statements.ts";

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

/** In a lateral join: the oldest row of an entity. */
const oldestOf = (entity: string): string =>
  `select revision from journal where journal.id = ${entity}.id and journal.kind = ${entity}.kind
   order by revision limit 1`;

/** In a lateral join: the newest kept snapshot of an entity before the edge. */
const baseOf = (entity: string, edge: string): string =>
  `select revision from kept_snapshot as kept
   where kept.id = ${entity}.id and kept.kind = ${entity}.kind and modified < ${edge}::bigint
   order by modified desc, revision desc limit 1`;

/** In a lateral join: when the row of a revision was recorded; a limit makes every planner walk the index. */
const rowFrom = (revision: string): string =>
  `select timestamp from journal where journal.id = page.id and journal.kind = page.kind
     and journal.revision >= ${revision} order by journal.revision limit 1`;

// Every entity has a snapshot from its birth on, so the snapshots are the list of all.
const LIST_REACH = `
select page.kind, page.id, oldest.revision as oldest, base.revision as base,
       second.timestamp as second, next.timestamp as next, later.timestamp as later
from (select kind, id from snapshot where (id, kind) > ($1, $2) order by id, kind limit $5::bigint) as page
cross join lateral (${oldestOf("page")}) as oldest
left join lateral (${baseOf("page", "$3")}) as base on true
left join lateral (${rowFrom("oldest.revision + 1")}) as second on true
left join lateral (${rowFrom("greatest(base.revision, oldest.revision) + 1")}) as next on true
left join lateral (${rowFrom("greatest(base.revision, oldest.revision) + $4::bigint")}) as later on true
order by page.id, page.kind`;

/** How far back the rows of a page of entities go. */
export async function listReach(
  database: Queries,
  after: EntityKey,
  edge: number,
  ahead: number,
  limit: number,
): Promise<readonly Reach[]> {
  const rows = await database.query(LIST_REACH, [after.id, after.kind, edge, ahead, limit]);
  return rows.map(({ kind, id, oldest, base, second, next, later }) => {
    const times = { second: second ?? undefined, next: next ?? undefined, later: later ?? undefined };
    return { kind, id, oldest, base: base ?? undefined, ...times } as Reach;
  });
}

// The oldest first and with the snapshots between them, so that what is left has no gap wherever it ends, and begins
// with a kept snapshot where there is one near. The snapshot that `load` starts from is at least as new as every kept
// one, so what is deleted is behind it.
const CUTS = `
cuts as materialized (
  select given.kind, given.id,
         coalesce(near.revision, least(base.revision, oldest.revision + $4::bigint)) as revision
  from given
  cross join lateral (${oldestOf("given")}) as oldest
  cross join lateral (${baseOf("given", "$3")}) as base
  left join lateral (
    select revision from kept_snapshot as kept
    where kept.id = given.id and kept.kind = given.kind and kept.revision > oldest.revision
      and kept.revision <= least(base.revision, oldest.revision + $4::bigint)
    order by kept.revision desc limit 1
  ) as near on true
)`;

/** Rows are found by the index whatever the planner knows, hence their places, which in tables in parts are not theirs alone. */
const isCut = (table: string): string => `ctid = any(array(
    select old.place from cuts cross join lateral (
      select ctid as place from ${table} as row
      where row.id = cuts.id and row.kind = cuts.kind and row.revision < cuts.revision
      order by row.revision offset 0
    ) as old
  )) and exists (
    select from cuts where cuts.id = ${table}.id and cuts.kind = ${table}.kind and cuts.revision > ${table}.revision
  )`;

const PRUNE = `
with given as materialized (select ${unpack(1)} as kind, ${unpack(2)} as id),
${CUTS},
rows as (delete from journal where ${isCut("journal")} returning kind, id),
snapshots as (delete from kept_snapshot where ${isCut("kept_snapshot")})
select kind, id, count(*) as deleted from rows group by kind, id`;

// A place would be looked up in every part, so there the rows are named by their keys, those of one entity at a time.
const isCutOff = "kind = $1 and id = $2 and revision < (select revision from cuts)";

const PRUNE_ONE = `
with given as materialized (select $1 as kind, $2 as id),
${CUTS},
rows as (delete from journal where ${isCutOff} returning 1),
snapshots as (delete from kept_snapshot where ${isCutOff})
select count(*) as deleted from rows`;

/** Deletes the oldest rows of entities, as the journal promises it; in tables in parts entity by entity. */
export async function prune(
  database: Queries,
  keys: readonly EntityKey[],
  edge: number,
  limit: number,
  isDivided = false,
): Promise<readonly number[]> {
  if (isDivided) return pruneEach(database, keys, edge, limit);
  const rows = await database.query(PRUNE, [
    pack(keys.map((key) => key.kind)),
    pack(keys.map((key) => key.id)),
    edge,
    limit,
  ]);
  const deleted = new Map(rows.map((row) => [keyText(row as unknown as EntityKey), Number(row.deleted)]));
  return keys.map((key) => deleted.get(keyText(key)) ?? 0);
}

async function pruneEach(
  database: Queries,
  keys: readonly EntityKey[],
  edge: number,
  limit: number,
): Promise<readonly number[]> {
  const deleted: number[] = [];
  for (const { kind, id } of keys) {
    const [row] = await database.query(PRUNE_ONE, [kind, id, edge, limit]);
    deleted.push(Number(row?.deleted ?? 0));
  }
  return deleted;
}
