// SQL of the index's rows of access.

import { pack, type Query, unpack } from "../../journal/database.ts";
import { printArray } from "../sql/literal.ts";
import type { AccessKey, AccessRow, OwnRules } from "../store.ts";
import { asIndexable } from "./indexable.ts";
import { currentVersion, sourcesOf, untilOf } from "./version.ts";

// As JSON, since a subject may be any text. In the order of their keys, so that two batches cannot wait for each other.
const PUT_ACCESS = `
insert into search_access (policy_id, namespace, version, sources, readers, partial, rules)
select "policyId", namespace, version, sources, readers, partial, rules
from jsonb_to_recordset($1::jsonb) as given (
  "policyId" text, namespace text, version text, sources text[], readers text[], partial text[], rules jsonb
)
order by "policyId" collate "C", namespace collate "C"
on conflict (policy_id, namespace) do update
set version = excluded.version, sources = excluded.sources, readers = excluded.readers, partial = excluded.partial,
    rules = excluded.rules`;

/** Writes rows of access, as the store promises it. No key may come twice. */
export async function putAccess(query: Query, rows: readonly AccessRow[]): Promise<void> {
  if (rows.length > 0) await query(PUT_ACCESS, [asIndexable(JSON.stringify(rows))]);
}

const DELETE_UNUSED = (given: string) => `
delete from search_access using ${given}
where search_access.policy_id = given.policy_id and search_access.namespace = given.namespace and not exists (
  select from search_thing as thing
  where thing.policy_id = given.policy_id and thing.namespace = given.namespace
)`;

const GIVEN_KEYS = `(select ${unpack(1)} as policy_id, concat(${unpack(2)}) as namespace) as given`;

const DELETE_ACCESS = `
delete from search_access using ${GIVEN_KEYS}
where search_access.policy_id = given.policy_id and search_access.namespace = given.namespace`;

/** Deletes rows of access. */
export async function deleteAccess(query: Query, keys: readonly AccessKey[]): Promise<void> {
  if (keys.length > 0) await query(DELETE_ACCESS, packed(keys));
}

/** The same, of those that no thing uses. */
export async function deleteUnusedAccess(query: Query, keys: readonly AccessKey[]): Promise<void> {
  if (keys.length > 0) await query(DELETE_UNUSED(GIVEN_KEYS), packed(keys));
}

const KNOWN_ACCESS = `
select policy_id, namespace from search_access join ${GIVEN_KEYS} using (policy_id, namespace)`;

/** Which of the keys have a row. */
export async function knownAccess(query: Query, keys: readonly AccessKey[]): Promise<readonly AccessKey[]> {
  return keys.length === 0 ? [] : (await query(KNOWN_ACCESS, packed(keys))).map(keyOf);
}

const ACCESS_FROM = `
select policy_id, namespace from search_access
where sources @> array[$1::text] and (policy_id, namespace) > ($2, $3)
order by policy_id, namespace limit $4::bigint`;

/** The rows that a policy counts in, as the store promises them. */
export async function accessFrom(
  query: Query,
  source: string,
  after: AccessKey | undefined,
  limit: number,
): Promise<readonly AccessKey[]> {
  const rows = await query(ACCESS_FROM, [source, after?.policyId ?? "", after?.namespace ?? "", limit]);
  return rows.map(keyOf);
}

/** In a lateral join: the first key after another that things need; policies hold many things each. */
const neededAfter = (policyId: string, namespace: string): string =>
  `select policy_id, namespace from search_thing as thing
   where (thing.policy_id, thing.namespace) > (${policyId}, ${namespace}) and thing.policy_id > ''
   order by thing.policy_id, thing.namespace limit 1`;

const COMPARE_ACCESS = `
with recursive needed as (
  (${neededAfter("$1::text", "$2::text")})
  union all
  select later.* from needed cross join lateral (${neededAfter("needed.policy_id", "needed.namespace")}) as later
),
page as materialized (
  select policy_id, namespace from (
    (select policy_id, namespace from needed limit $3::bigint)
    union
    (select policy_id, namespace from search_access
     where (policy_id, namespace) > ($1, $2) order by policy_id, namespace limit $3::bigint)
  ) as keys order by policy_id, namespace limit $3::bigint
),
compared as materialized (
  select page.*, access.version, ${currentVersion("access.sources")} as current, exists (
    select from search_thing as thing
    where thing.policy_id = page.policy_id and thing.namespace = page.namespace
  ) as needed
  from page left join lateral (
    select version, sources from search_access as access
    where access.policy_id = page.policy_id and access.namespace = page.namespace
  ) as access on true
)
select policy_id, namespace, needed, needed and (
         ${sourcesOf("version")} is distinct from current or ${untilOf("version")} <= $4::bigint
       ) as stale,
       (select count(*) from page) as size
from compared order by policy_id, namespace`;

/** Compares the rows of access with their sources and with what things need, as the store promises it. */
export async function compareAccess(
  query: Query,
  after: AccessKey | undefined,
  limit: number,
): Promise<{
  readonly stale: readonly AccessKey[];
  readonly unused: readonly AccessKey[];
  readonly next: AccessKey | undefined;
}> {
  const rows = await query(COMPARE_ACCESS, [
    after?.policyId ?? "",
    after?.namespace ?? "",
    limit,
    Date.now(),
  ]);
  const last = rows.at(-1);
  return {
    stale: rows.filter((row) => row.stale === true).map(keyOf),
    unused: rows.filter((row) => row.needed === false).map(keyOf),
    next: last === undefined || rows.length < limit ? undefined : keyOf(last),
  };
}

const EXPIRING_ACCESS = `
select policy_id, namespace, ${untilOf("version")}::bigint as until from search_access
where version ~ '^\\d+ ' and (policy_id, namespace) > ($1, $2)
order by policy_id, namespace limit $3::bigint`;

/** The rows that are out of date from some moment on, as the store promises them. */
export async function expiringAccess(
  query: Query,
  after: AccessKey | undefined,
  limit: number,
): Promise<readonly (AccessKey & { readonly until: number })[]> {
  const rows = await query(EXPIRING_ACCESS, [after?.policyId ?? "", after?.namespace ?? "", limit]);
  return rows.map((row) => ({ ...keyOf(row), until: Number(row.until) }));
}

/** So many rows of access are looked at, and so many bytes of rules in them, as they are stored; a search may look at as much. */
const MOST_ROWS = 1_000;
const MOST_BYTES = 1_048_576;
/** Bytes of rules that are taken into memory. */
const MOST_OWN_BYTES = 262_144;

const PARTIAL_RULES = `
with looked as materialized (
  select readers && $1::text[] as reads, rules from search_access where partial && $1::text[] limit ${MOST_ROWS + 1}
),
measured as materialized (
  select count(*) <= ${MOST_ROWS} and coalesce(sum(pg_column_size(rules)) filter (where reads), 0) <= ${MOST_BYTES} as fits
  from looked
),
own as materialized (
  select distinct said.own from measured cross join looked cross join lateral (
    select jsonb_object_agg(rule.key, not coalesce(rule.value -> 'r' ?| $1::text[], false)) as own
    from jsonb_each(looked.rules) as rule
    where rule.value -> 'g' ?| $1::text[] or rule.value -> 'r' ?| $1::text[]
  ) as said
  where measured.fits and looked.reads
)
select case when fits and not coalesce(bytes > ${MOST_OWN_BYTES}, false) then coalesce(rules, '[]') end as rules
from measured cross join (
  select sum(octet_length(own::text)) as bytes, jsonb_agg(own)::text as rules from own
) as gathered`;

/** What rows of access say to subjects that may read parts, as the store promises it. */
export async function partialRules(
  query: Query,
  subjects: readonly string[],
): Promise<readonly OwnRules[] | undefined> {
  const [row] = await query(PARTIAL_RULES, [printArray(subjects)]);
  return typeof row?.rules === "string" ? (JSON.parse(row.rules) as readonly OwnRules[]) : undefined;
}

const packed = (keys: readonly AccessKey[]): readonly [string, string] => [
  pack(keys.map((key) => key.policyId)),
  pack(keys.map((key) => key.namespace)),
];

const keyOf = (row: Readonly<Record<string, unknown>>): AccessKey => ({
  policyId: String(row.policy_id),
  namespace: String(row.namespace),
});
