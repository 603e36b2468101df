// SQL of the moments since which predictors are active.

import type { Asked } from "./asked.ts";

const FIND = "select since from predictor_active where predictor_id = $1";

/** Since when a predictor is active, if that is known. */
export async function readActiveSince({ read }: Asked, predictorId: string): Promise<number | undefined> {
  const [row] = await read(FIND, [predictorId]);
  return row && Number(row.since);
}

const PUT = `
insert into predictor_active (predictor_id, since) values ($1, $2::bigint)
on conflict (predictor_id) do update set since = excluded.since`;
const DELETE = "delete from predictor_active where predictor_id = $1";

/** Stores it in the place of the moment before, or deletes that. */
export async function putActiveSince(
  { work }: Asked,
  predictorId: string,
  since: number | undefined,
): Promise<void> {
  if (since === undefined) await work(DELETE, [predictorId]);
  else await work(PUT, [predictorId, since]);
}
