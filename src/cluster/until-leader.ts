// Waiting for the turn to do what is to be done once in a cluster.

import { setTimeout } from "node:timers/promises";
import type { Cluster } from "./cluster.ts";

/** Leases run out without anybody telling, so one looks as often as this, in milliseconds. */
const LOOK_MS = 1_000;

export type Leading = Pick<Cluster, "isLeader" | "leaseHolds" | "nextChange">;

/** Whether this member is the leader, and knows that it still is. */
export const leads = (cluster: Leading): boolean => cluster.isLeader() && cluster.leaseHolds();

/** Resolves once this member leads; also when `signal` says that nobody wants to know any more. */
export async function untilLeader(cluster: Leading, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && !leads(cluster)) {
    const look = setTimeout(LOOK_MS, undefined, { signal, ref: false }).catch(() => undefined);
    await Promise.race([look, cluster.nextChange()]);
  }
}
