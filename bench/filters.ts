import type { FiltersJob } from "./load/filters.ts";
import { Program } from "./program.ts";
import type { BenchRow } from "./row.ts";

/** Measures what filters of events cost, without a server. */
export async function filters(job: FiltersJob): Promise<BenchRow[]> {
  await using program = new Program<FiltersJob, BenchRow[]>("load/filters.ts");
  return await program.run(job);
}
