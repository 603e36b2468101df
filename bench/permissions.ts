import type { PermissionsJob } from "./load/permissions.ts";
import { Program } from "./program.ts";
import type { BenchRow } from "./row.ts";

/** Measures what policies cost, without a server; each in a process of its own, so that none is compiled for another. */
export async function permissions(job: PermissionsJob): Promise<BenchRow[]> {
  await using program = new Program<PermissionsJob, BenchRow[]>("load/permissions.ts");
  return await program.run(job);
}
