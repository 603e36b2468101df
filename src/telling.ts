// How sessions, connections and whoever waits are told of what happens, at whichever member of the cluster they are.

import type { Logger } from "pino";
import type { Cluster } from "./cluster/cluster.ts";
import { weakAck } from "./dispatch/acks/ack.ts";
import { clusteredReplies } from "./dispatch/acks/clustered-replies.ts";
import type { Replies } from "./dispatch/acks/replies.ts";
import { repliesRegistry } from "./dispatch/acks/replies-registry.ts";
import { serviceUnavailable } from "./dispatch/errors.ts";
import type { Parts } from "./dispatch/ready.ts";
import { judge } from "./dispatch/remote-events/judge.ts";
import { pastOf } from "./dispatch/remote-events/past-of.ts";
import type { PubsubOptions } from "./pubsub/pubsub.ts";
import { type ClusterEvents, clusterEvents } from "./pubsub/remote/cluster-events.ts";
import type { Origins } from "./signals/origins.ts";
import { replyRoutes } from "./signals/reply-routes.ts";

export interface TellingParts extends Pick<Parts, "things" | "policies" | "access" | "journal"> {
  readonly cluster: Cluster;
  readonly origins: Origins;
  readonly options: PubsubOptions;
  readonly log: Logger;
}

export interface Telling extends ClusterEvents {
  /** Who waits for replies. */
  readonly replies: Replies;
}

/** Makes it; in a cluster, what other members tell is answered from now on. */
export function startTelling({ cluster, origins, options, log, ...parts }: TellingParts): Telling {
  const { things, policies, journal } = parts;
  const routes = replyRoutes();
  const registry = repliesRegistry();
  const replies = clusteredReplies(cluster, registry, routes);
  const events = clusterEvents({
    cluster,
    origins,
    routes,
    options,
    isExpected: registry.isExpected,
    weakAck: (id, correlationId, label) => replies.ack(id, correlationId, weakAck(label, correlationId)),
    policyRevision: (id) => policies.peek(id)?.committed?.revision,
    judge: (thingId, policy) => judge(parts, thingId, policy),
    recent: (...asked) => journal.recent(...asked),
    between: (id, from, to) => journal.readEvents("thing", id, from, to, to - from + 1),
    pastOf: (id, rows) => pastOf(journal, things.rules, id, rows),
    unavailable: serviceUnavailable,
    onConflict: (label) => log.warn({ label }, "two members have declared a label of acknowledgements"),
    onFault: (error) => log.warn({ err: error }, "events of other members could not be told in time"),
  });
  return { ...events, replies };
}
