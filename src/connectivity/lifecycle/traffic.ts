// What goes in and out by the clients of one connection: who speaks, what is told, where answers go.

import { type Receiver, receiverOf } from "../inbound/receiver.ts";
import { type UsedSource, usedSources } from "../inbound/source.ts";
import type { Mappings } from "../mapping/mappings.ts";
import type { Connection } from "../model.ts";
import type { Monitor } from "../monitoring/monitor.ts";
import { type Exit, publishBy } from "../outbound/outlet.ts";
import { type Pace, paceOf } from "../outbound/pace.ts";
import { type Divert, type Replies, repliesOf } from "../outbound/replies.ts";
import { issuedLabels, type UsedTarget, usedTargets } from "../outbound/target.ts";
import { type SubscriptionParts, subscribeTargets } from "../outbound/target-subscriptions.ts";
import { Announcer } from "./announcer.ts";
import { gone } from "./gone.ts";
import type { LinkParts } from "./link-parts.ts";
import { liveAnswers } from "./live-answers.ts";
import { type Peers, peersOf } from "./peers.ts";
import { type Presence, presenceOf } from "./presence.ts";

/** What is of one connection. */
export interface TrafficParts {
  readonly connection: Connection;
  readonly monitor: Monitor;
  readonly mappings: Mappings;
  readonly divert: Divert;
}

export interface Traffic {
  /** Makes what takes the messages of one client; the function given is called when it takes more again. */
  readonly receiver: (onRoom: () => void) => Receiver;
  readonly replies: Replies;
  readonly presence: Presence;
  readonly announcer: Announcer;
  /** Of what goes out. */
  readonly pace: Pick<Pace, "idle" | "close">;
  /** Tells who waits on the connection that it is gone. */
  readonly end: () => void;
  /** Resolves once the other members of the cluster send what this one did, if it has told them that it does not any more. */
  readonly left: () => Promise<void>;
}

/** Puts it together; `exits` gives the clients that are open. Throws a plain error on what cannot be read. */
export function trafficOf(own: TrafficParts, exits: () => readonly Exit[], shared: LinkParts): Traffic {
  const { connection, monitor } = own;
  const sources = usedSources(connection);
  const targets = usedTargets(connection, monitor);
  const publish = publishBy(exits);
  const pace = paceOf(shared.queueSizeOf(connection));
  const replies = repliesOf({ ...own, targets, publish, pace, onFault: shared.onFault });
  const end = gone();
  const declared = [...new Set(sources.flatMap(({ declaredAcks }) => [...declaredAcks]))];
  const acks = shared.acksOf(declared);
  const peers = peersOf({
    connection,
    origin: { connectionId: connection.id },
    acks,
    replies,
    sources,
    targets,
    onGone: end.onGone,
  });
  const sharing = shared.cluster?.sharing;
  const isOurs = sharing && ((entityId: string) => sharing.isOurs(connection.id, entityId));
  const telling = { ...tellingOf(own, peers, { publish, pace, acks }, shared), ...(isOurs && { isOurs }) };
  let left = Promise.resolve();
  function subscribe(): () => void {
    const end = subscribeTargets(targets, telling);
    let leave: (() => Promise<void>) | undefined;
    let isOver = false;
    // Not before everybody tells this member what goes out: until then the others send all of it.
    void Promise.resolve(sharing && shared.pubsub.known()).then(() => {
      if (!isOver) leave = sharing?.enter(connection);
    });
    return () => {
      isOver = true;
      const told = leave?.();
      // Others take over what this member sent before it hears no more, so that there may be two of something, but never none.
      if (told && exits().length > 0) left = told.then(end);
      else end();
    };
  }
  const labels = [...declared, ...issuedLabels(targets)];
  // The clients that other members have of the connection declare the same.
  const declaredAcks = {
    declare: (own: Iterable<string>) => shared.declaredAcks.declare(own, { group: connection.id }),
  };
  return {
    receiver: receiving({ own, peers, sources, replies }, shared),
    replies,
    presence: presenceOf(labels, declaredAcks, subscribe, shared.pubsub.known),
    announcer: announcerOf(connection, targets, telling, shared),
    pace,
    end: end.go,
    left: () => left,
  };
}

function tellingOf(
  { connection, mappings }: TrafficParts,
  peers: Peers,
  made: Pick<SubscriptionParts, "publish" | "pace" | "acks">,
  shared: LinkParts,
): SubscriptionParts {
  const { settings, pubsub, announcements, onAck, weakAck, onFault } = shared;
  return {
    ...{ ...made, connectionId: connection.id, origin: peers.origin, mappings },
    ...{ pubsub, announcements, onAck, weakAck, onFault },
    onLiveAnswer: liveAnswers(peers.ofTarget, shared),
    issuedMaxBytes: settings.issuedMaxBytes,
    publishesFailedEnrichments: settings.publishesFailedEnrichments ?? false,
  };
}

interface Receiving {
  readonly own: TrafficParts;
  readonly peers: Peers;
  readonly sources: readonly UsedSource[];
  readonly replies: Replies;
}

function receiving(
  { own, peers, sources, replies }: Receiving,
  { settings, converse, onFault }: LinkParts,
): Traffic["receiver"] {
  const { connection, mappings, monitor } = own;
  const parts = {
    ...{ connectionId: connection.id, sources, mappings, monitor, limits: settings.inWork },
    ...{ peerOf: peers.ofSource, onAnswer: replies.answer, converse, onFault },
  };
  return (onRoom) => receiverOf(parts, onRoom);
}

const announcerOf = (
  connection: Connection,
  targets: readonly UsedTarget[],
  delivery: SubscriptionParts,
  { settings }: LinkParts,
): Announcer =>
  new Announcer({ connection, targets, delivery, goodbyeMs: settings.disconnectAnnouncementTimeoutMs });
