import type { PlacedClient } from "./link.ts";

/** What stands for a client of which no member of the cluster tells, at a time in milliseconds since the epoch. */
export const unknownClient = (index: number, now: number): PlacedClient => ({
  index,
  state: {
    ...{ phase: "resting", status: "unknown", recovery: "unknown", since: now },
    details: "No member of the cluster tells of this client now.",
    retries: { timeoutMs: 0, backoffMs: 0, maxBackoffMs: 0, mostTries: 0, tries: 0, lastAt: undefined },
  },
  addresses: new Map(),
});
