// The end of what is kept of predictors that are no more.

import type { Asked } from "./asked.ts";

/** How many rows go with one statement: parts of files are large. */
const steps = {
  predictor_file: 1_000,
  predictor_file_part: 20,
  predictor_state: 2_000,
  predictor_baseline: 1_000,
  predictor_active: 1,
} as const;

type Table = keyof typeof steps;
const tables = Object.keys(steps) as readonly Table[];

const dropFrom = (table: Table): string => `
with gone as (
  delete from ${table} where ctid = any(array(
    select ctid from ${table} where predictor_id = $1 limit ${steps[table]}
  )) returning 1
)
select count(*) as gone from gone`;

/** Deletes all that is kept of a predictor, some rows at a time; the names of files before their parts. */
export async function forget({ work }: Asked, predictorId: string): Promise<void> {
  for (const table of tables) {
    let gone: number;
    do {
      const [row] = await work(dropFrom(table), [predictorId]);
      gone = Number(row?.gone);
    } while (gone === steps[table]);
  }
}

/** The predictors of a table, one step of its key for each: it may hold very many rows of one. */
const idsIn = (table: Table): string => `
(with recursive known as (
  (select predictor_id from ${table} order by predictor_id limit 1)
  union all
  select (select later.predictor_id from ${table} as later
          where later.predictor_id > known.predictor_id order by later.predictor_id limit 1)
  from known where known.predictor_id is not null
)
select predictor_id from known where predictor_id is not null)`;

const IDS = tables.map(idsIn).join("\nunion\n");

/** The predictors of which something is kept. */
export async function keptIds({ work }: Asked): Promise<readonly string[]> {
  return (await work(IDS, [])).map((row) => String(row.predictor_id));
}
