import type { Monitor, SourceStep, Step } from "../monitoring/monitor.ts";

export type SourceSteps = Readonly<Record<SourceStep, Step>>;

const names: readonly SourceStep[] = [
  ...(["consumed", "mapped", "enforced", "dropped", "acknowledged", "throttled", "other"] as const),
];

/** Looks the steps of each source address up once; a connection has few of them. */
export function sourceSteps(monitor: Monitor): (address: string) => SourceSteps {
  const known = new Map<string, SourceSteps>();
  return (address) => {
    const found = known.get(address);
    if (found) return found;
    const steps = Object.fromEntries(
      names.map((name) => [name, monitor.source(address, name)]),
    ) as SourceSteps;
    known.set(address, steps);
    return steps;
  };
}
