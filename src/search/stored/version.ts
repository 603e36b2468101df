// What a row of access was compiled from, as a text that SQL can make as well.

/** A policy, and its newest revision, that of its end if it was deleted: 0 where it never existed. */
export interface SourceRevision {
  readonly id: string;
  readonly revision: number;
}

/**
 * The version of a row of access whose sources are these, in their order; the moment from which on it is out of date all
 * the same, in milliseconds since the epoch or `Infinity`, comes first: ids do not begin with digits.
 */
export const versionOf = (sources: readonly SourceRevision[], until = Number.POSITIVE_INFINITY): string =>
  (Number.isFinite(until) ? `${until} ` : "") +
  sources.map(({ id, revision }) => `${id}@${revision}`).join(",");

/** The revisions that a version with these sources names; nothing where it is not one of theirs. */
export function revisionsIn(version: string, sources: readonly string[]): ReadonlyMap<string, number> {
  const revisions = new Map<string, number>();
  let at = /^(?:\d+ )?/.exec(version)?.[0].length ?? 0;
  for (const id of sources) {
    const from = at + id.length + 1;
    const [digits] = version.startsWith(`${id}@`, at) ? (/^-?\d+/.exec(version.slice(from)) ?? []) : [];
    if (digits === undefined) return new Map();
    revisions.set(id, Number(digits));
    at = from + digits.length + 1;
  }
  return revisions;
}

/** In SQL: until when a version is up to date whatever happens to its sources; null where they alone decide. */
export const untilOf = (version: string): string => `substring(${version} from '^(\\d+) ')::numeric`;

/** In SQL: a version without that. */
export const sourcesOf = (version: string): string => `regexp_replace(${version}, '^\\d+ ', '')`;

/** In SQL: whether a row of the journal tells of the end of its entity. */
export const isEnd = (row: string): string => `(${row}.action = 'deleted' and ${row}.path in ('', '/'))`;

/** In SQL, for a lateral join: the newest row of an entity in the journal. */
export const newestOf = (kind: "thing" | "policy", id: string): string =>
  `select revision, action, path from journal
   where journal.id = ${id} and journal.kind = '${kind}' order by revision desc limit 1`;

/** In SQL: the version that a row of access with these sources has now. */
export const currentVersion = (sources: string): string => `(
  select coalesce(string_agg(
    source.id || '@' || coalesce(newest.revision, 0), ',' order by source.place), '')
  from unnest(${sources}) with ordinality as source (id, place)
  left join lateral (${newestOf("policy", "source.id")}) as newest on true)`;
