// SQL of the index's rows of access.

import { pack, type Query, unpack } from "../../journal/database.ts";
import { printArray } from "../sql/literal.ts";
import type { AccessKey, AccessRow } from "../store.ts";
import { asIndexable } from "./indexable.ts";
import { currentVersion } from "./version.ts";

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

const GIVEN_KEYS = `(select ${unpack(1)} as policy_id, concat(${unpack(2)}) as namespace) as given`;

const DELETE_ACCESS = `
delete from search_access using ${GIVEN_KEYS}
where search_access.policy_id = given.policy_id and search_access.namespace = given.namespace`;

/** Deletes rows of access. */
export async function deleteAccess(query: Query, keys: readonly AccessKey[]): Promise<void> {
  if (keys.length > 0) await query(DELETE_ACCESS, packed(keys));
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
select policy_id, namespace, needed, needed and version is distinct from current as stale,
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
  const rows = await query(COMPARE_ACCESS, [after?.policyId ?? "", after?.namespace ?? "", limit]);
  const last = rows.at(-1);
  return {
    stale: rows.filter((row) => row.stale === true).map(keyOf),
    unused: rows.filter((row) => row.needed === false).map(keyOf),
    next: last === undefined || rows.length < limit ? undefined : keyOf(last),
  };
}

const IS_PARTIAL = "select exists (select from search_access where partial && $1::text[]) as partial";

/** Whether a policy gives one of the subjects less than all of a thing. */
export async function isPartial(query: Query, subjects: readonly string[]): Promise<boolean> {
  const [row] = await query(IS_PARTIAL, [printArray(subjects)]);
  return row?.partial === true;
}

const packed = (keys: readonly AccessKey[]): readonly [string, string] => [
  pack(keys.map((key) => key.policyId)),
  pack(keys.map((key) => key.namespace)),
];

const keyOf = (row: Readonly<Record<string, unknown>>): AccessKey => ({
  policyId: String(row.policy_id),
  namespace: String(row.namespace),
});
