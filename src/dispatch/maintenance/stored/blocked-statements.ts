// SQL of which namespaces are blocked, and how far erasing them has come.

import type { Queries } from "../../../journal/database.ts";

/** `running`: begun, and not known to be finished; `done`: nothing was left. */
export type PurgeState = "running" | "done";

export interface Blocked {
  readonly namespace: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** Absent where nothing was erased. */
  readonly purge?: PurgeState;
}

const LIST = "select namespace, since, purge from blocked_namespace order by namespace";
const ADD = `
insert into blocked_namespace (namespace, since) values ($1, $2::bigint) on conflict (namespace) do nothing`;
const REMOVE = "delete from blocked_namespace where namespace = $1 and purge is distinct from 'running'";
const BEGIN_PURGE = "update blocked_namespace set purge = 'running' where namespace = $1 returning namespace";
const END_PURGE = "update blocked_namespace set purge = 'done' where namespace = $1 and purge = 'running'";

export async function listBlocked({ query }: Queries): Promise<readonly Blocked[]> {
  const rows = await query(LIST, []);
  return rows.map(({ namespace, since, purge }) => ({
    namespace: String(namespace),
    since: Number(since),
    ...(purge !== null && { purge: purge as PurgeState }),
  }));
}

/** One that is blocked already stays as it is. */
export async function addBlocked({ query }: Queries, namespace: string, since: number): Promise<void> {
  await query(ADD, [namespace, since]);
}

/** One that is being erased stays. */
export async function removeBlocked({ query }: Queries, namespace: string): Promise<void> {
  await query(REMOVE, [namespace]);
}

/** Notes that erasing begins, or goes on; gives false where the namespace is not blocked. */
export async function beginPurge({ query }: Queries, namespace: string): Promise<boolean> {
  return (await query(BEGIN_PURGE, [namespace])).length > 0;
}

/** Notes that nothing is left. */
export async function endPurge({ query }: Queries, namespace: string): Promise<void> {
  await query(END_PURGE, [namespace]);
}
