// Who speaks by the sources of a connection and, where endpoints answer, by its targets.

import type { Peer, PeerAcks } from "../inbound/converse.ts";
import type { UsedSource } from "../inbound/source.ts";
import type { Connection } from "../model.ts";
import type { Replies } from "../outbound/replies.ts";
import type { UsedTarget } from "../outbound/target.ts";

export interface PeerParts {
  readonly connection: Connection;
  readonly origin: object;
  readonly acks: PeerAcks;
  readonly replies: Replies;
  readonly sources: readonly UsedSource[];
  readonly targets: readonly UsedTarget[];
  readonly onGone: Peer["onGone"];
}

/** All of them have one origin. */
export interface Peers {
  readonly origin: object;
  readonly ofSource: (source: UsedSource) => Peer;
  readonly ofTarget: (target: UsedTarget) => Peer;
}

export function peersOf(parts: PeerParts): Peers {
  const { connection, origin, acks, replies, sources, targets, onGone } = parts;
  const shared = { connectionId: connection.id, origin, acks, settlesByAcks: true, onGone } as const;
  const ofSources = sources.map(
    ({ index, declaredAcks }): Peer => ({
      ...{ ...shared, declaredAcks },
      tell: (text) => replies.tell(index, text),
    }),
  );
  const ofTargets = targets.map(
    ({ issuedLabel }): Peer => ({
      ...shared,
      declaredAcks: new Set([...acks.declared, ...(issuedLabel === undefined ? [] : [issuedLabel])]),
      tell: () => undefined, // nothing that an endpoint answers opens anything
    }),
  );
  return {
    origin,
    ofSource: ({ index }) => ofSources[index] as Peer,
    ofTarget: ({ index }) => ofTargets[index] as Peer,
  };
}
