// All that sessions are told of, for a member of a cluster; alone, it is what one process has.

import type { TwinError } from "../../base/errors.ts";
import type { Cluster } from "../../cluster/cluster.ts";
import type { ReplyRoutes } from "../../signals/reply-routes.ts";
import { type AnnouncementBus, localAnnouncements } from "../announcements.ts";
import { type DeclaredAcks, localDeclaredAcks } from "../declared-acks.ts";
import { localPubsub, type Pubsub, type PubsubOptions } from "../pubsub.ts";
import { clusteredAnnouncements } from "./clustered-announcements.ts";
import { clusteredDeclaredAcks } from "./clustered-declared-acks.ts";
import { type ClusteredPubsubParts, clusteredPubsub } from "./clustered-pubsub.ts";
import { sharedFacts } from "./facts.ts";
import { LABELS, otherInterests } from "./interests.ts";

export interface ClusterEventsParts
  extends Omit<ClusteredPubsubParts, "local" | "facts" | "others" | "isDeclared"> {
  readonly cluster: Cluster;
  /** Shared with those who pass replies on. */
  readonly routes: ReplyRoutes;
  readonly options: PubsubOptions;
  /** What is refused with where nobody can say whether a label is another's. */
  readonly unavailable: () => TwinError;
  /** Two members declared a label; the later one has it no more. */
  readonly onConflict: (label: string) => void;
}

export interface ClusterEvents {
  readonly pubsub: Pubsub;
  readonly announcements: AnnouncementBus;
  readonly declaredAcks: DeclaredAcks;
  /** Things of a namespace may begin anew, with revisions that there were before. */
  forgetNamespace(namespace: string): void;
  /** Ends what goes on by itself. */
  stop(): void;
}

/** Makes it; in a cluster, what members say is answered from now on. */
export function clusterEvents(parts: ClusterEventsParts): ClusterEvents {
  const { cluster, weakAck } = parts;
  const labels = localDeclaredAcks();
  const local = localPubsub({ isDeclared: labels.isDeclared, weakAck }, parts.options);
  const announcements = clusteredAnnouncements(cluster, localAnnouncements());
  if (cluster.isAlone) {
    const nothing = (): void => undefined;
    return { pubsub: local, announcements, declaredAcks: labels, forgetNamespace: nothing, stop: nothing };
  }
  const facts = sharedFacts(
    cluster,
    (member) => others.changed(member),
    (_member, kind, about, fact) => {
      if (kind === LABELS) declaredAcks.told(about, String(fact));
    },
  );
  const others = otherInterests(facts);
  const declaredAcks = clusteredDeclaredAcks({ ...parts, local: labels, facts });
  const pubsub = clusteredPubsub({ ...parts, local, facts, others, isDeclared: labels.isDeclared });
  return {
    ...{ pubsub, announcements, declaredAcks },
    forgetNamespace: pubsub.forgetNamespace,
    stop: pubsub.stop,
  };
}
