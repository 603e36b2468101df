// What the targets of a connection subscribe to. A signal is published once at a target, however many of its topics want it.

import { namespaceOf } from "../../base/ids.ts";
import type { AnnouncementBus } from "../../pubsub/announcements.ts";
import type { Delivery, Stream, Subscriber } from "../../pubsub/delivery.ts";
import type { Pubsub } from "../../pubsub/pubsub.ts";
import { selectionOf } from "../../pubsub/select.ts";
import type { PeerAcks } from "../inbound/converse.ts";
import type { FilteredTopic, TopicName } from "../model.ts";
import type { About } from "../monitoring/monitor.ts";
import { reasonText } from "../monitoring/reason.ts";
import { type DeliveryParts, deliver } from "./deliver.ts";
import { announcementOutgoing, deliveryOutgoing } from "./outgoing.ts";
import type { UsedTarget } from "./target.ts";

export interface SubscriptionParts extends DeliveryParts {
  readonly connectionId: string;
  readonly pubsub: Pubsub;
  readonly announcements: AnnouncementBus;
  /** What the connection causes itself is not told at its targets. */
  readonly origin: object;
  /** Whether this member of a cluster is the one that sends what is about an entity; absent: it is. */
  readonly isOurs?: (entityId: string) => boolean;
  readonly acks: PeerAcks;
  /** Whether signals are told without the extra fields that they cannot be enriched with; else not at all. */
  readonly publishesFailedEnrichments?: boolean;
}

const streams: Readonly<Partial<Record<TopicName, Stream>>> = {
  "_/_/things/twin/events": "EVENTS",
  "_/_/things/live/commands": "LIVE-COMMANDS",
  "_/_/things/live/events": "LIVE-EVENTS",
  "_/_/things/live/messages": "MESSAGES",
};

/** Subscribes all targets; the function ends that. */
export function subscribeTargets(targets: readonly UsedTarget[], parts: SubscriptionParts): () => void {
  const subjects = [...new Set(targets.flatMap(({ target }) => target.authorizationContext))];
  const ends = targets.flatMap((target) => [
    ...Object.values(streams).flatMap((stream) => subscribeStream(target, stream, parts)),
    ...subscribeAnnouncements(target, subjects, parts),
  ]);
  return () => {
    for (const end of ends) end();
  };
}

/** Those that add something come first: of several topics that fit, the first is what a signal is told by. */
function topicsOf({ target }: UsedTarget, stream: Stream): readonly FilteredTopic[] {
  const rank = ({ extraFields }: FilteredTopic) => (extraFields === undefined ? 1 : 0);
  return target.topics
    .filter(({ topic }) => streams[topic] === stream)
    .sort((a, b) => rank(a) - rank(b) || compare(a.extraFields ?? "", b.extraFields ?? ""));
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function subscribeStream(target: UsedTarget, stream: Stream, parts: SubscriptionParts): (() => void)[] {
  const topics = topicsOf(target, stream);
  if (topics.length === 0) return [];
  const counts = topics.some(({ filter, namespaces }) => filter !== undefined || namespaces.length > 0);
  const take = taking(target, !counts, parts);
  const takers = topics.length === 1 ? [take] : firstOf(topics.length, take);
  const ends = topics.map((topic, i) => subscribeTopic(target, stream, topic, takers[i] as Take, parts));
  return counts ? [countDispatched(target, stream, topics, parts), ...ends] : ends;
}

type Take = (delivery: Delivery) => void;

function subscribeTopic(
  { target, issuedLabel }: UsedTarget,
  stream: Stream,
  { namespaces, filter, extraFields }: FilteredTopic,
  take: Take,
  { pubsub, origin, acks, connectionId, isOurs: share }: SubscriptionParts,
): () => void {
  const declaredAcks = new Set([...acks.declared, ...(issuedLabel === undefined ? [] : [issuedLabel])]);
  const subscriber: Subscriber = {
    ...(declaredAcks.size > 0 && { declaredAcks }),
    deliver(delivery) {
      if (!isBy(delivery.origin, origin, connectionId)) take(delivery);
    },
  };
  const selection = selectionOf({ namespaces: namespaces.join(","), filter, extraFields });
  const wish = { stream, subjects: target.authorizationContext, selection, subscriber };
  return pubsub.subscribe({ ...wish, ...(share && { share }) });
}

/** Whether a connection caused something, by this member of a cluster or another. */
const isBy = (by: object | undefined, origin: object, connectionId: string): boolean =>
  by === origin || (by !== undefined && "connectionId" in by && by.connectionId === connectionId);

/**
 * Counts as dispatched what a filter may keep from the target. Of namespaces that no topic names nothing is counted, so that what
 * happens there costs nothing.
 */
function countDispatched(
  { target, steps }: UsedTarget,
  stream: Stream,
  topics: readonly FilteredTopic[],
  { pubsub, origin, connectionId, isOurs: share }: SubscriptionParts,
): () => void {
  const isNamed = topics.every(({ namespaces }) => namespaces.length > 0);
  const namespaces = isNamed ? topics.flatMap((topic) => topic.namespaces).join(",") : undefined;
  const subscriber: Subscriber = {
    deliver({ origin: by, signal }) {
      if (!isBy(by, origin, connectionId)) steps.dispatched.success(aboutSignal(signal));
    },
  };
  const selection = selectionOf({ namespaces });
  const wish = { stream, subjects: target.authorizationContext, selection, subscriber };
  return pubsub.subscribe({ ...wish, ...(share && { share }) });
}

const aboutSignal = ({ id, headers }: Delivery["signal"]) => ({
  correlationId: headers["correlation-id"] as string | undefined,
  entityType: "thing" as const,
  entityId: id,
});

/** Publishes a delivery at the target. */
function taking(target: UsedTarget, countsDispatched: boolean, parts: SubscriptionParts): Take {
  const { steps } = target;
  return (delivery) => {
    const about = aboutSignal(delivery.signal);
    if (countsDispatched) steps.dispatched.success(about);
    steps.filtered.success(about);
    const told = withoutFailure(delivery, about, target, parts);
    const outgoing = deliveryOutgoing(told, about, parts.acks.asked(delivery.signal), parts.connectionId);
    void deliver(target, outgoing, parts);
  };
}

/** Where an operator wants it, what could not be enriched is told as it is, after its failure is noted. */
function withoutFailure(
  delivery: Delivery,
  about: About,
  { steps }: UsedTarget,
  { publishesFailedEnrichments }: SubscriptionParts,
): Delivery {
  const { failure, bare } = delivery;
  if (!publishesFailedEnrichments || !failure || !bare) return delivery;
  steps.mapped.failure(about, () => reasonText(failure));
  return bare();
}

/**
 * Makes the takers of several topics: what is delivered of one signal by some of them is taken once, by the first of these. All
 * deliveries of a signal come before those of the next.
 */
function firstOf(count: number, take: Take): readonly Take[] {
  let best: { readonly rank: number; readonly delivery: Delivery } | undefined;
  function flush(): void {
    const due = best;
    best = undefined;
    if (due) take(due.delivery);
  }
  return Array.from({ length: count }, (_, rank) => (delivery: Delivery) => {
    if (best && best.delivery.signal !== delivery.signal) flush();
    if (!best) queueMicrotask(flush);
    if (!best || rank < best.rank) best = { rank, delivery };
  });
}

/** Announcements come to all targets with the topic, if they concern one of the subjects of the connection. */
function subscribeAnnouncements(
  target: UsedTarget,
  subjects: readonly string[],
  parts: SubscriptionParts,
): (() => void)[] {
  const topics = target.target.topics.filter(({ topic }) => topic === "_/_/policies/announcements");
  if (topics.length === 0) return [];
  const fits = (namespace: string) =>
    topics.some(({ namespaces }) => namespaces.length === 0 || namespaces.includes(namespace));
  const end = parts.announcements.subscribe(subjects, (text, announcement) => {
    const { policyId, headers } = announcement;
    if (parts.isOurs && !parts.isOurs(policyId)) return;
    const about = {
      correlationId: headers["correlation-id"],
      entityType: "policy" as const,
      entityId: policyId,
    };
    target.steps.dispatched.success(about);
    if (!fits(namespaceOf(policyId))) return;
    target.steps.filtered.success(about);
    const labels = parts.acks.told(announcement);
    void deliver(target, announcementOutgoing(text, announcement, about, labels, parts.connectionId), parts);
  });
  return [end];
}
