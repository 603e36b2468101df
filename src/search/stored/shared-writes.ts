// Writing into an index that other servers write into as well: each may be behind the others, and none of them waits for
// another that stands still.

import { setTimeout } from "node:timers/promises";
import type { Query } from "../../journal/database.ts";
import type { AccessKey, AccessRow, SearchStore } from "../store.ts";
import { deleteUnusedAccess } from "./access-statements.ts";
import { asIndexable } from "./indexable.ts";
import { putThings, sharedPutStatement, type Watch } from "./thing-statements.ts";
import { currentVersion, revisionsIn } from "./version.ts";

/** The advisory lock that keeps rows of access while things come to need them; any number nobody else uses. */
const USE_LOCK = 7_655_291;
/** How often one tries to delete what nobody needs while others write, and the rest between two tries. */
const TRIES = 10;
const TRY_AGAIN_MS = 50;

export interface SharedQueries {
  readonly work: Query;
  transaction<T>(steps: (query: Query) => Promise<T>): Promise<T>;
}

type Writes = Pick<SearchStore, "putThings" | "putAccess" | "deleteAccess">;

/** The writes of a {@link SearchStore}. */
export function sharedWrites({ work, transaction }: SharedQueries, watch: Watch | undefined): Writes {
  const put = sharedPutStatement(watch?.conditions ?? []);
  return {
    // A row of access is either seen to be missing here, or whoever deletes it sees that it is needed.
    putThings: (rows, gone) =>
      transaction(async (query) => {
        await query(`select pg_advisory_xact_lock_shared(${USE_LOCK})`, []);
        return putThings(query, rows, gone, put, watch);
      }),
    putAccess: (rows) => putSharedAccess(work, rows),
    async deleteAccess(keys) {
      if (keys.length === 0) return;
      for (let tries = 0; tries < TRIES; tries++) {
        if (await transaction((query) => deleteIfIdle(query, keys))) return;
        await setTimeout(TRY_AGAIN_MS);
      }
    },
  };
}

/** Who waited for the lock would be waited for by all that write; so it is tried, and the next comparison tries again. */
async function deleteIfIdle(query: Query, keys: readonly AccessKey[]): Promise<boolean> {
  const [row] = await query(`select pg_try_advisory_xact_lock(${USE_LOCK}) as locked`, []);
  if (row?.locked !== true) return false;
  await deleteUnusedAccess(query, keys);
  return true;
}

const FOUND = `
select given."policyId" as policy_id, given.namespace, access.version,
       array_to_json(access.sources)::text as sources, ${currentVersion("given.sources")} as current
from jsonb_to_recordset($1::jsonb) as given ("policyId" text, namespace text, sources text[])
left join search_access as access on access.policy_id = given."policyId" and access.namespace = given.namespace`;

// A row is replaced only where it is still the one that was judged.
const PUT = `
with given as materialized (
  select * from jsonb_to_recordset($1::jsonb) as given (
    "policyId" text, namespace text, version text, sources text[], readers text[], partial text[], rules jsonb, judged text
  )
),
put as (
  insert into search_access (policy_id, namespace, version, sources, readers, partial, rules)
  select "policyId", namespace, version, sources, readers, partial, rules from given
  order by "policyId" collate "C", namespace collate "C"
  on conflict (policy_id, namespace) do update
  set version = excluded.version, sources = excluded.sources, readers = excluded.readers, partial = excluded.partial,
      rules = excluded.rules
  where search_access.version = (
    select judged from given
    where given."policyId" = search_access.policy_id and given.namespace = search_access.namespace
  )
  returning policy_id, namespace
)
select policy_id, namespace from put`;

const textOf = (policyId: unknown, namespace: unknown): string => `${namespace} ${policyId}`;

interface Found {
  /** The row that is there, if any. */
  readonly there: Made | undefined;
  /** The version that a row with the given sources has by the journal. */
  readonly current: string;
}

async function find(work: Query, rows: readonly AccessRow[]): Promise<ReadonlyMap<string, Found>> {
  const keys = rows.map(({ policyId, namespace, sources }) => ({ policyId, namespace, sources }));
  const found = await work(FOUND, [asIndexable(JSON.stringify(keys))]);
  return new Map(
    found.map(({ policy_id, namespace, version, sources, current }) => {
      const there =
        typeof version === "string" ? { version, sources: JSON.parse(String(sources)) } : undefined;
      return [textOf(policy_id, namespace), { there, current: String(current) }];
    }),
  );
}

/**
 * Writes the rows that may take the place of what is there; resolves with the keys of the others, and of those that are
 * out of date without anybody else knowing.
 */
async function putSharedAccess(work: Query, rows: readonly AccessRow[]): Promise<readonly AccessKey[]> {
  if (rows.length === 0) return [];
  const found = await find(work, rows);
  const foundFor = (row: AccessRow) => found.get(textOf(row.policyId, row.namespace)) as Found;
  const may = rows.filter((row) => {
    const { there, current } = foundFor(row);
    return mayReplace(row, there, current);
  });
  const judged = may.map((row) => ({ ...row, judged: foundFor(row).there?.version ?? null }));
  const put = may.length === 0 ? [] : await work(PUT, [asIndexable(JSON.stringify(judged))]);
  const written = new Set(put.map((one) => textOf(one.policy_id, one.namespace)));
  const isWritten = (row: AccessRow) => written.has(textOf(row.policyId, row.namespace));
  const fresh = may.filter((row) => isWritten(row) && newSources(row, foundFor(row).there).length > 0);
  // Whose policy changed before its row was there did not see that it has to be written again.
  const now = fresh.length === 0 ? new Map<string, Found>() : await find(work, fresh);
  const overtaken = fresh.filter((row) => {
    const { current } = now.get(textOf(row.policyId, row.namespace)) as Found;
    const [made, is] = [revisionsIn(row.version, row.sources), revisionsIn(current, row.sources)];
    return newSources(row, foundFor(row).there).some(
      (id) => (made.get(id) ?? 0) >= 0 && made.get(id) !== is.get(id),
    );
  });
  return [...rows.filter((row) => !isWritten(row)), ...overtaken];
}

const newSources = ({ sources }: Made, there: Made | undefined): readonly string[] =>
  there ? sources.filter((id) => !there.sources.includes(id)) : sources;

type Made = Pick<AccessRow, "version" | "sources">;

/**
 * Whether a row may take the place of another: where it is not older in any of the policies that both are made of, or is
 * what the journal says (`current`: its version but for the time). Of a policy that could not be resolved the revision is
 * negative: then nobody is better than whoever might before.
 */
export function mayReplace(row: Made, there: Made | undefined, current: string): boolean {
  if (!there || row.version.replace(/^\d+ /, "") === current) return true;
  const known = revisionsIn(there.version, there.sources);
  return [...revisionsIn(row.version, row.sources)].every(
    ([id, revision]) => revision < 0 || revision >= (known.get(id) ?? 0),
  );
}
