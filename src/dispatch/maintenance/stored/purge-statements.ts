// SQL that erases what is stored of a namespace, some rows at a time. Rows are named by their keys, never by their places, since
// tables may be partitioned. IDs of a namespace follow one another: they lie between `{namespace}:` and `{namespace};`.

import type { Query } from "../../../journal/database.ts";

/** What is erased, by the names that the answer of the command has. */
export type PurgedType = "thing" | "policy" | "thing-search";

interface Step {
  readonly of: PurgedType;
  /** Deletes some rows of the IDs from $1 up to $2 and tells how many as `gone`; $3 is how many at most. */
  readonly sql: string;
}

/** Rows of one statement. */
export const PURGE_ROWS = 2_000;

const counted = (deletion: string): string =>
  `with gone as (${deletion} returning 1) select count(*) as gone from gone`;

/** Connections and predictors have no namespace, so their kinds are left alone. */
const byRevision = (table: string, kind: "thing" | "policy"): string =>
  counted(`
  delete from ${table} as target using (
    select id, kind, revision from ${table}
    where id >= $1 and id < $2 and kind = '${kind}' order by id, kind, revision limit $3::bigint
  ) as old
  where target.id = old.id and target.kind = old.kind and target.revision = old.revision`);

const byKind = (kind: "thing" | "policy"): string =>
  counted(`
  delete from snapshot as target using (
    select id, kind from snapshot
    where id >= $1 and id < $2 and kind = '${kind}' order by id, kind limit $3::bigint
  ) as old
  where target.id = old.id and target.kind = old.kind`);

const byId = (table: string): string =>
  counted(`
  delete from ${table} where id in (
    select id from ${table} where id >= $1 and id < $2 order by id limit $3::bigint)`);

// The key begins with the predictor, so that the rows of a namespace are found by one step for each predictor.
const STATES = counted(`
  delete from predictor_state as target using (
    with recursive known as (
      (select predictor_id from predictor_state order by predictor_id limit 1)
      union all
      select (select later.predictor_id from predictor_state as later
              where later.predictor_id > known.predictor_id order by later.predictor_id limit 1)
      from known where known.predictor_id is not null
    )
    select state.predictor_id, state.thing_id from known cross join lateral (
      select predictor_id, thing_id from predictor_state as one
      where one.predictor_id = known.predictor_id and one.thing_id >= $1 and one.thing_id < $2
      order by one.thing_id limit $3::bigint
    ) as state
    where known.predictor_id is not null limit $3::bigint
  ) as old
  where target.predictor_id = old.predictor_id and target.thing_id = old.thing_id`);

const ACCESS = counted(`
  delete from search_access as target using (
    select policy_id, namespace from search_access
    where (policy_id >= $1 and policy_id < $2) or namespace = rtrim($1, ':')
    order by policy_id, namespace limit $3::bigint
  ) as old
  where target.policy_id = old.policy_id and target.namespace = old.namespace`);

/** In this order: lists walk the snapshots, so that what is begun is found again until its rows are gone. */
export const purgeSteps: readonly Step[] = [
  { of: "thing-search", sql: byId("search_thing") },
  { of: "thing-search", sql: ACCESS },
  { of: "thing", sql: STATES },
  ...(["thing", "policy"] as const).flatMap((kind): Step[] => [
    { of: kind, sql: byRevision("journal", kind) },
    { of: kind, sql: byRevision("kept_snapshot", kind) },
    { of: kind, sql: byKind(kind) },
  ]),
  { of: "policy", sql: byId("policy_due") },
];

/** Deletes some rows; gives how many. */
export async function purgeSome(query: Query, { sql }: Step, namespace: string): Promise<number> {
  const [row] = await query(sql, [`${namespace}:`, `${namespace};`, PURGE_ROWS]);
  return Number(row?.gone ?? 0);
}
