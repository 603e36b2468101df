// How a process becomes a member of a cluster.

import { randomUUID } from "node:crypto";
import type { Cluster } from "./cluster.ts";
import { ClusterNode } from "./node.ts";
import type { ClusterOptions } from "./options.ts";

/** A cluster that this process knows, and is not a member of yet. */
export interface Joining {
  /** Owns nothing until {@link enter}; listeners and answers are to be set before. */
  readonly cluster: Cluster;
  /** Becomes a member; resolves when what it owns may be served. */
  enter(): Promise<void>;
  /** Ends without a word, as a crash would: the others notice when the lease has run out. */
  halt(): Promise<void>;
}

/** Connects to NATS. Rejects where no server can be used within half a minute. */
export async function prepareCluster(options: ClusterOptions): Promise<Joining> {
  const node = new ClusterNode(randomUUID(), options);
  await node.connect();
  return { cluster: node, enter: () => node.enter(), halt: () => node.halt() };
}

/** Connects and becomes a member at once. */
export async function joinCluster(options: ClusterOptions): Promise<Cluster> {
  const { cluster, enter } = await prepareCluster(options);
  await enter();
  return cluster;
}
