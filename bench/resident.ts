import { readFileSync } from "node:fs";

/** Memory of a process that is in RAM, in MB (10^6 bytes), as the kernel counts it. */
export function residentMb(pid: number): number {
  const [, kilobytes = "0"] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return (Number(kilobytes) * 1_024) / 1e6;
}
