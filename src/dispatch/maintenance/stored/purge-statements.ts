// SQL that erases what is stored of a namespace, some rows at a time. Rows are named by their keys, never by their places, since
// tables may be partitioned. IDs of a namespace follow one another: they lie between `{namespace}:` and `{namespace};`.

import type { Query } from "../../../journal/database.ts";

/** What is erased, by the names that the answer of the command has. */
export type PurgedType = "thing" | "policy" | "thing-search";

interface Step {
  readonly of: PurgedType;
  readonly table: string;
  readonly key: readonly string[];
  /** Selects the keys of some rows of the IDs from $1 up to $2; $3 is how many at most. */
  readonly some: string;
}

/** Rows of one statement. */
export const PURGE_ROWS = 2_000;

/**
 * Whoever goes on with erasing that somebody else has finished finds nothing: what a statement that sees this sees as well was there
 * before the namespace could be unblocked.
 */
const RUNNING =
  "exists (select from blocked_namespace where namespace = rtrim($1, ':') and purge = 'running')";

/** By the ID, which is the first of the key; connections and predictors have no namespace, so their kinds are left alone. */
const rows = (of: PurgedType, table: string, key: readonly string[], kind?: "thing" | "policy"): Step => ({
  ...{ of, table, key },
  some: `
    select ${key.join(", ")} from ${table}
    where id >= $1 and id < $2 ${kind ? `and kind = '${kind}' ` : ""}and ${RUNNING}
    order by ${key.join(", ")} limit $3::bigint`,
});

// The key begins with the predictor, so that the rows of a namespace are found by one step for each predictor.
const STATES: Step = {
  of: "thing",
  table: "predictor_state",
  key: ["predictor_id", "thing_id"],
  some: `
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
    where known.predictor_id is not null and ${RUNNING} limit $3::bigint`,
};

const ACCESS: Step = {
  of: "thing-search",
  table: "search_access",
  key: ["policy_id", "namespace"],
  some: `
    select policy_id, namespace from search_access
    where ((policy_id >= $1 and policy_id < $2) or namespace = rtrim($1, ':')) and ${RUNNING}
    order by policy_id, namespace limit $3::bigint`,
};

/** In this order: lists walk the snapshots, so that what is begun is found again until its rows are gone. */
export const purgeSteps: readonly Step[] = [
  rows("thing-search", "search_thing", ["id"]),
  ACCESS,
  ...(["thing", "policy"] as const).flatMap((kind): Step[] => [
    rows(kind, "journal", ["id", "kind", "revision"], kind),
    rows(kind, "kept_snapshot", ["id", "kind", "revision"], kind),
    rows(kind, "snapshot", ["id", "kind"], kind),
  ]),
  rows("policy", "policy_due", ["id"]),
  // What predictors had begun to write when the namespace was blocked may come late.
  STATES,
];

const between = (namespace: string, most: number) => [`${namespace}:`, `${namespace};`, most];

/** Deletes some rows; gives how many. None are deleted where the namespace is not being erased. */
export async function purgeSome(query: Query, step: Step, namespace: string): Promise<number> {
  const { table, key, some } = step;
  const deletion = `
    with gone as (
      delete from ${table} as target using (${some}) as old
      where ${key.map((column) => `target.${column} = old.${column}`).join(" and ")}
      returning 1
    )
    select count(*) as gone from gone`;
  const [row] = await query(deletion, between(namespace, PURGE_ROWS));
  return Number(row?.gone ?? 0);
}

/** Whether there is still something to delete. */
export async function hasSome(query: Query, { some }: Step, namespace: string): Promise<boolean> {
  const [row] = await query(`select exists (${some}) as has`, between(namespace, 1));
  return row?.has === true;
}
