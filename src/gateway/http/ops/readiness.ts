// `/ready` and `/alive`: what load balancers and orchestrators ask.

import type { Cluster } from "../../../cluster/cluster.ts";

/** What has to hold for this process to be sent requests. */
export interface Readiness {
  readonly cluster: Pick<Cluster, "self" | "members" | "leaseHolds">;
  /** Whether the server was told to stop. */
  isStopping(): boolean;
  /** Rejects where the database does not answer. */
  databaseAnswers(): Promise<unknown>;
}

/** Why this process should not be sent requests; empty where it should. */
export async function hindrances({
  cluster,
  isStopping,
  databaseAnswers,
}: Readiness): Promise<readonly string[]> {
  const why: string[] = [];
  if (isStopping()) why.push("the server is stopping");
  if (!cluster.members.some(({ id }) => id === cluster.self.id)) why.push("this node is not in the cluster");
  else if (!cluster.leaseHolds()) why.push("the lease of this node does not hold");
  await databaseAnswers().catch(() => why.push("the database does not answer"));
  return why;
}

/** Runs a probe of the database, which rejects after so many milliseconds. */
export async function withinMs<T>(ms: number, probe: () => Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`No answer within ${ms} ms.`)), ms);
  try {
    return await Promise.race([probe(), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
