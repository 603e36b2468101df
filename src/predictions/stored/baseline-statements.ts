// SQL of baselines.

import type { Asked } from "./asked.ts";

const LIST = "select version, baseline from predictor_baseline where predictor_id = $1";

/** The baselines of a predictor, by version. */
export async function readBaselines(
  { read }: Asked,
  predictorId: string,
): Promise<ReadonlyMap<string, string>> {
  const rows = await read(LIST, [predictorId]);
  return new Map(rows.map(({ version, baseline }) => [String(version), String(baseline)]));
}

const PUT = `
insert into predictor_baseline (predictor_id, version, baseline) values ($1, $2, $3)
on conflict (predictor_id, version) do update set baseline = excluded.baseline`;

/** Stores a baseline in the place of the one before. */
export async function putBaseline(
  { work }: Asked,
  predictorId: string,
  version: string,
  baseline: string,
): Promise<void> {
  await work(PUT, [predictorId, version, baseline]);
}

const DELETE = "delete from predictor_baseline where predictor_id = $1";

/** Deletes the baseline of a version, or those of all. */
export async function deleteBaseline({ work }: Asked, predictorId: string, version?: string): Promise<void> {
  if (version === undefined) await work(DELETE, [predictorId]);
  else await work(`${DELETE} and version = $2`, [predictorId, version]);
}
