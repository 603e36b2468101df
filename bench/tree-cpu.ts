import { readdirSync, readFileSync } from "node:fs";

const TICKS_PER_SECOND = 100;

/** Seconds of CPU that a process and all that came from it have used by now; also those that ended, once they were waited for. */
export function treeCpuSeconds(root: number): number {
  const all = new Map(processes().map((one) => [one.pid, one]));
  const isBelow = (pid: number): boolean => {
    for (let at = all.get(pid); at; at = all.get(at.parent)) if (at.pid === root) return true;
    return false;
  };
  return [...all.values()]
    .filter(({ pid }) => isBelow(pid))
    .reduce((sum, { ticks }) => sum + ticks / TICKS_PER_SECOND, 0);
}

function processes(): { pid: number; parent: number; ticks: number }[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, "utf8");
        const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        // User and system time of its own, then those of children that it waited for.
        const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
        return [{ pid: Number(name), parent: Number(fields[1]), ticks }];
      } catch {
        return []; // it ended meanwhile
      }
    });
}
