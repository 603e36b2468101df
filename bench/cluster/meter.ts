// What members, NATS and PostgreSQL have used by now.

import { readFileSync } from "node:fs";
import postgres from "postgres";
import { treeCpuSeconds } from "../tree-cpu.ts";

/** What was used up to a moment, or between two. CPU is in seconds. */
export interface Used {
  readonly members: number;
  readonly nats: number;
  readonly postgres: number;
  readonly natsMessages: number;
  readonly natsBytes: number;
  /** Of PostgreSQL's log. */
  readonly walBytes: number;
  /** Of the journal on disk, with its indexes. */
  readonly journalBytes: number;
}

export interface Meter extends AsyncDisposable {
  read(): Promise<Used>;
  /** Of the database that is measured, without those of the meter. */
  connections(): Promise<number>;
  /** Bytes on disk by table, with its indexes. */
  tables(): Promise<ReadonlyMap<string, number>>;
  /** Lets statistics and visibility be as they are after a while. */
  vacuum(): Promise<void>;
}

export interface Metered {
  readonly members: () => readonly number[];
  /** File that holds the process ID of nats-server, and where it tells of itself. */
  readonly nats: { readonly pidFile: string; readonly monitorPort: number };
  readonly databaseUrl: string;
}

/** PostgreSQL has to run on this machine. */
export async function openMeter({ members, nats, databaseUrl }: Metered): Promise<Meter> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => undefined });
  const [{ folder } = { folder: "" }] = await sql<{ folder: string }[]>`
    select current_setting('data_directory') as folder`;
  const postmaster = Number(readFileSync(`${folder}/postmaster.pid`, "utf8").split("\n")[0]);
  const natsPid = Number(readFileSync(nats.pidFile, "utf8"));
  const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);
  return {
    async read() {
      const response = await fetch(`http://127.0.0.1:${nats.monitorPort}/varz`);
      const told = (await response.json()) as { readonly in_msgs: number; readonly in_bytes: number };
      const [sizes] = await sql<{ wal: string; journal: string }[]>`
        select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::text as wal,
               pg_total_relation_size('journal')::text as journal`;
      return {
        members: sum(members().map(treeCpuSeconds)),
        nats: treeCpuSeconds(natsPid),
        postgres: treeCpuSeconds(postmaster),
        natsMessages: told.in_msgs,
        natsBytes: told.in_bytes,
        walBytes: Number(sizes?.wal),
        journalBytes: Number(sizes?.journal),
      };
    },
    async connections() {
      const [{ count } = { count: 0 }] = await sql<{ count: number }[]>`
        select count(*)::int as count from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`;
      return count;
    },
    async tables() {
      const rows = await sql<{ name: string; bytes: string }[]>`
        select relname as name, pg_total_relation_size(oid)::text as bytes from pg_class
        where relkind = 'r' and relnamespace = 'public'::regnamespace`;
      return new Map(rows.map(({ name, bytes }) => [name, Number(bytes)]));
    },
    async vacuum() {
      await sql`vacuum analyze`;
    },
    [Symbol.asyncDispose]: () => sql.end(),
  };
}

export const difference = (after: Used, before: Used): Used => ({
  members: after.members - before.members,
  nats: after.nats - before.nats,
  postgres: after.postgres - before.postgres,
  natsMessages: after.natsMessages - before.natsMessages,
  natsBytes: after.natsBytes - before.natsBytes,
  walBytes: after.walBytes - before.walBytes,
  journalBytes: after.journalBytes - before.journalBytes,
});
