// The journal's SQL for the policies that want to be looked at: written with the rows that change it, read in order.

import { pack, type Queries, unpack } from "./database.ts";
import type { JournalRow, PolicyDue } from "./journal.ts";

/** Whether a row says something of it. */
export const hasDue = (row: JournalRow): boolean => row.due !== undefined;

/** What rows say, by policy: the last word of each, in two packed columns for {@link withDues}. */
export function duesOf(rows: readonly JournalRow[]): readonly [string, string] {
  const last = new Map(rows.filter(hasDue).map(({ id, due }) => [id, due as number | null]));
  return [pack([...last.keys()]), pack([...last.values()])];
}

/** Adds to a statement, which begins with a `with` clause, that it notes what is packed in two parameters from `first` on. */
export const withDues = (withClause: string, first: number): string => `${withClause},
wanted as materialized (select ${unpack(first)} as id, ${unpack(first + 1)}::bigint as due),
done as (delete from policy_due where id in (select id from wanted where due is null))
insert into policy_due (id, due) select id, due from wanted where due is not null
on conflict (id) do update set due = excluded.due`;

const LIST_DUE = `
select id, due from policy_due where (due, id) > ($1::bigint, $2) order by due, id limit $3::bigint`;

/** A page of the policies that want to be looked at, as the journal promises it. */
export async function listDue(
  database: Queries,
  after: PolicyDue,
  limit: number,
): Promise<readonly PolicyDue[]> {
  const rows = await database.query(LIST_DUE, [after.due, after.id, limit]);
  return rows.map(({ id, due }) => ({ id, due }) as PolicyDue);
}

const FORGET_UNKNOWN_DUE = "delete from policy_due where id = $1 and due = 0";
const SET_UNKNOWN_DUE = "update policy_due set due = $2::bigint where id = $1 and due = 0";

/** Notes when a policy is due of which that was not known, as the journal promises it. */
export async function setUnknownDue(database: Queries, id: string, due: number | null): Promise<void> {
  await (due === null
    ? database.query(FORGET_UNKNOWN_DUE, [id])
    : database.query(SET_UNKNOWN_DUE, [id, due]));
}
