import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { median } from "./interleave.ts";

/** Memory of a process that is in RAM, in MB (10^6 bytes), as the kernel counts it. */
export function residentMb(pid: number): number {
  const [, kilobytes = "0"] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return (Number(kilobytes) * 1_024) / 1e6;
}

/** The median of a few looks once the garbage of a load had time to go. */
export async function settledMb(pid: number): Promise<number> {
  await sleep(10_000);
  const looks: number[] = [];
  for (let i = 0; i < 5; i++) {
    looks.push(residentMb(pid));
    await sleep(500);
  }
  return median(looks);
}
