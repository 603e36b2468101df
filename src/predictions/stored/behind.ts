// Which things have events that a predictor does not know of: a walk along the snapshots, of which every thing has one.

import type { Asked } from "./asked.ts";
import type { PredictorStore } from "./predictor-store.ts";

type Page = Awaited<ReturnType<PredictorStore["behind"]>>;

// A page is what lies next in the index, whatever it is of, so that what is not of a thing costs no more than its place. All
// that is of one ID is on one page. Each row below is looked up by a primary key, and so are the states that go.
const pageOf = (bound: string): string => `
with page as materialized (
  select id, kind, kind = 'thing' and state is not null as lives from snapshot
  where id > $2 ${bound} order by id fetch first ($4::bigint) rows with ties
),
gone as (
  delete from predictor_state where ctid = any(array(
    select old.place from page cross join lateral (
      select ctid as place from predictor_state as state
      where state.predictor_id = $1 and state.thing_id = page.id offset 0
    ) as old
    where page.kind = 'thing' and not page.lives
  ))
)
select page.id, page.lives and coalesce(
  case when known.revision is null then newest.timestamp >= $3::bigint else newest.revision > known.revision end, false
) as behind
from page
left join lateral (
  select revision, timestamp from journal
  where page.lives and journal.id = page.id and journal.kind = 'thing' order by revision desc limit 1
) as newest on true
left join lateral (
  select revision from predictor_state as state
  where page.lives and state.predictor_id = $1 and state.thing_id = page.id offset 0
) as known on true
order by page.id`;

const OF_ALL = pageOf("");
const OF_RANGE = pageOf("and id < $5");

/** IDs after one text, and before another one if there is one. */
interface Range {
  readonly from: string;
  readonly to?: string;
}

/** A page of those that are behind, as the store promises it. */
export async function behind(
  { work }: Asked,
  predictorId: string,
  namespaces: readonly string[] | undefined,
  since: number,
  after: string,
  limit: number,
): Promise<Page> {
  const thingIds: string[] = [];
  let left = limit;
  for (const { from, to } of namespaces ? rangesOf(namespaces) : [{ from: "" }]) {
    if (to !== undefined && to <= after) continue;
    const page = [predictorId, from > after ? from : after, since, left];
    const rows = to === undefined ? await work(OF_ALL, page) : await work(OF_RANGE, [...page, to]);
    for (const row of rows) if (row.behind) thingIds.push(String(row.id));
    if (rows.length >= left) return { thingIds, last: String(rows.at(-1)?.id) };
    left -= rows.length;
  }
  return { thingIds, last: undefined };
}

/** What lies between two texts is of a namespace: its IDs begin with its name and a colon, which a semicolon follows. */
const rangesOf = (namespaces: readonly string[]): readonly Range[] =>
  [...new Set(namespaces)]
    .map((namespace) => ({ from: `${namespace}:`, to: `${namespace};` }))
    .sort((a, b) => (a.from < b.from ? -1 : 1));
