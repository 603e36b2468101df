import { readFileSync } from "node:fs";

/** Ticks of the kernel's clock for user processes, the same on all machines that run Linux. */
const TICKS_PER_SECOND = 100;

/** Seconds of CPU that a process has used by now, with all its threads. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // Behind the name, which may hold anything: the state, then numbers, of which the 12th and 13th are user and system time.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
