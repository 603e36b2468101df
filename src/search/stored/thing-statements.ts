// SQL of the index's rows of things.

import { pack, type Query, unpack } from "../../journal/database.ts";
import type { AccessKey, Compared, GoneRow, ThingRow } from "../store.ts";
import { asIndexable } from "./indexable.ts";
import { isEnd, newestOf } from "./version.ts";

// The rows of a batch are put in the order of their ids, so that two batches cannot wait for each other in a circle.
const GONE = (condition: string) => `
with gone as (
  delete from search_thing using (select ${unpack(5)} as id, ${unpack(6)}::bigint as revision) as given
  where search_thing.id = given.id and search_thing.revision <= given.revision${condition}
)`;
/** From this length of a document on, in characters, each takes long enough to look at the clock. */
const LONG = 8192;
const PUT = (condition: string) => `
insert into search_thing (id, namespace, policy_id, revision, thing, keys, pulse)
select id, split_part(id, ':', 1), coalesce(policy_id, ''), revision, thing, keys,
  length < ${LONG} and hashtext(id) & 63 <> 0
from (
  select ${unpack(1)} as id, ${unpack(2)}::bigint as revision, ${unpack(3)} as policy_id, ${unpack(4)}::jsonb as thing,
    ${unpack(7)}::int as length, ${unpack(8)}::int[] as keys
) as given${condition}
order by id
on conflict (id) do update
set policy_id = excluded.policy_id, revision = excluded.revision, thing = excluded.thing,
  keys = excluded.keys, pulse = excluded.pulse
where search_thing.revision <= excluded.revision`;

/** What somebody wants to know of all things that are written. */
export interface Watch {
  /** In SQL, on the column `thing`. */
  readonly conditions: readonly string[];
  /** Called after each write: whether each condition holds for one of the things. */
  note(found: readonly boolean[]): void;
}

/** The statement of {@link putThings}; its one row tells of each condition whether it holds for one of the things. */
export function putStatement(conditions: readonly string[]): string {
  if (conditions.length === 0) return GONE("") + PUT("");
  const { told, found } = toldOf(conditions);
  return `${GONE("")}, put as (${PUT("")} returning ${told.join(", ")}) select ${found.join(", ")} from put`;
}

function toldOf(conditions: readonly string[]) {
  return {
    told: conditions.map((condition, i) => `${condition} as "${i}"`),
    found: conditions.map((_, i) => `bool_or(put."${i}") as "${i}"`),
  };
}

// What was read before the end of a thing must not bring its row back, nor what was read before its birth take it away.
const NOT_ENDED = `
where not exists (
  select from journal
  where journal.id = given.id and journal.kind = 'thing' and journal.revision > given.revision and ${isEnd("journal")}
)`;
const NOT_BORN = ` and not exists (
    select from (${newestOf("thing", "given.id")}) as newest
    where not ${isEnd("newest")}
      and (newest.revision > given.revision or given.revision = ${Number.MAX_SAFE_INTEGER})
  )`;

/**
 * The statement of {@link putThings} where other servers write as well: the journal is asked whether what was read still
 * holds; its one row tells in `bare` of the keys of access that have no row.
 */
export function sharedPutStatement(conditions: readonly string[]): string {
  const { told, found } = toldOf(conditions);
  const bare = `(
  select jsonb_agg(jsonb_build_array(policy_id, namespace))::text from (select distinct policy_id, namespace from put) as used
  where policy_id > '' and not exists (
    select from search_access as access
    where access.policy_id = used.policy_id and access.namespace = used.namespace
  )
) as bare`;
  const put = `${PUT(NOT_ENDED)} returning ${["policy_id", "namespace", ...told].join(", ")}`;
  return `${GONE(NOT_BORN)}, put as (${put}) select ${[bare, ...found].join(", ")} from put`;
}

/** Writes rows of things, as the store promises it. No id may come twice. The statement is one of those above. */
export async function putThings(
  query: Query,
  rows: readonly ThingRow[],
  gone: readonly GoneRow[],
  statement: string,
  watch: Watch | undefined,
): Promise<readonly AccessKey[]> {
  if (rows.length + gone.length === 0) return [];
  const [found] = await query(statement, [
    pack(rows.map((row) => row.id)),
    pack(rows.map((row) => row.revision)),
    pack(rows.map((row) => row.policyId)),
    pack(rows.map((row) => asIndexable(row.thing))),
    pack(gone.map((row) => row.id)),
    pack(gone.map((row) => row.revision)),
    pack(rows.map((row) => row.thing.length)),
    pack(rows.map((row) => `{${row.keys.join(",")}}`)),
  ]);
  watch?.note(watch.conditions.map((_, i) => found?.[i] === true));
  if (typeof found?.bare !== "string") return [];
  const bare = JSON.parse(found.bare) as readonly (readonly [string, string])[];
  return bare.map(([policyId, namespace]) => ({ policyId, namespace }));
}

// Every entity has a snapshot from its birth on, so the snapshots are the list of all; the last of a page is always told.
const COMPARE_THINGS = `
with page as materialized (
  select id from (
    (select id from snapshot where kind = 'thing' and id > $1 order by id limit $2::bigint)
    union
    (select id from search_thing where id > $1 order by id limit $2::bigint)
  ) as ids order by id limit $2::bigint
),
compared as materialized (
  select page.id, case when not ${isEnd("newest")} then newest.revision end as recorded, indexed.revision as indexed
  from page
  left join lateral (${newestOf("thing", "page.id")}) as newest on true
  left join lateral (select revision from search_thing where search_thing.id = page.id) as indexed on true
)
select id, recorded, indexed, recorded is distinct from indexed as differs, (select count(*) from page) as size
from compared
where recorded is distinct from indexed or id = (select max(id) from page)
order by id`;

/** Compares journal and index, as the store promises it. */
export async function compareThings(
  query: Query,
  after: string,
  limit: number,
): Promise<{ readonly differing: readonly Compared[]; readonly next: string | undefined }> {
  const rows = await query(COMPARE_THINGS, [after, limit]);
  const last = rows.at(-1);
  return {
    differing: rows
      .filter((row) => row.differs === true)
      .map(({ id, recorded, indexed }) => ({
        id: String(id),
        recorded: (recorded as number | null) ?? undefined,
        indexed: (indexed as number | null) ?? undefined,
      })),
    next: Number(last?.size ?? 0) < limit ? undefined : String(last?.id),
  };
}

/** How many things are indexed. */
export async function countThings(query: Query): Promise<number> {
  const [row] = await query("select count(*)::bigint as things from search_thing", []);
  return Number(row?.things);
}

const LIST_THINGS = "select id from search_thing where id > $1 order by id limit $2::bigint";
const LIST_THINGS_OF = `
select id from search_thing where namespace = $3 and id > $1 order by namespace, id limit $2::bigint`;

/** The ids of indexed things, as the store promises them. */
export async function listThings(
  query: Query,
  after: string,
  limit: number,
  namespace?: string,
): Promise<readonly string[]> {
  const rows =
    namespace === undefined
      ? await query(LIST_THINGS, [after, limit])
      : await query(LIST_THINGS_OF, [after, limit, namespace]);
  return rows.map((row) => String(row.id));
}
