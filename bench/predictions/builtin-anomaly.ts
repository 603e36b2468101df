import { Program } from "../program.ts";
import type { BenchRow } from "../row.ts";
import type { BuiltinJob } from "./builtin-program.ts";

/** Measures what built-in models cost for each reading, without a server; in a process of its own. */
export async function builtinAnomaly(job: BuiltinJob): Promise<BenchRow[]> {
  await using program = new Program<BuiltinJob, BenchRow[]>("predictions/builtin-program.ts");
  return await program.run(job);
}
