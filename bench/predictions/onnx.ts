import { Program } from "../program.ts";
import type { BenchRow } from "../row.ts";
import type { OnnxJob } from "./onnx-load.ts";

/** Measures ONNX models as the server runs them beside the bare runtime, in turns, in a process that does nothing else. */
export async function onnx(job: OnnxJob): Promise<BenchRow[]> {
  await using program = new Program<OnnxJob, BenchRow[]>("predictions/onnx-load.ts");
  return await program.run(job);
}
