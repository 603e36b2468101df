// Pubsub of a member of a cluster: what it publishes goes to its own sessions and to the members with others who want it; what those
// publish comes to its sessions.

import type { Cluster } from "../../cluster/cluster.ts";
import type { Enforcer } from "../../policies/enforcer.ts";
import type { Origins } from "../../signals/origins.ts";
import type { ReplyRoutes } from "../../signals/reply-routes.ts";
import type { EntityEvent, EntityState } from "../../signals/signal.ts";
import type { LocalPubsub, Pubsub } from "../pubsub.ts";
import { requestedAcks } from "../pubsub.ts";
import { resourcePathOf, resourceTypeOf, type Signal } from "../said.ts";
import type { CatchUpParts } from "./catch-up.ts";
import { catchingUp } from "./catching-up.ts";
import { delivered } from "./delivered.ts";
import type { SharedFacts } from "./facts.ts";
import { LABELS, NOTHING, type OtherInterests, othersOf, ownInterests, WITH_STATE } from "./interests.ts";
import { type Judge, type JudgedBy, type Received, receiving } from "./receiving.ts";
import { repliedAt, withRoute } from "./replied-at.ts";
import { type PublishedMessage, printPublished, readPublished, withState } from "./wire-message.ts";

export interface ClusteredPubsubParts extends Pick<CatchUpParts, "recent" | "between" | "pastOf"> {
  readonly cluster: Cluster;
  readonly local: LocalPubsub;
  readonly origins: Origins;
  readonly routes: ReplyRoutes;
  readonly facts: SharedFacts;
  readonly others: OtherInterests;
  readonly judge: Judge;
  /** The committed revision of a policy that is in memory. */
  readonly policyRevision: (policyId: string) => number | undefined;
  /** Whether somebody of this member expects replies. */
  readonly isExpected: (id: string, correlationId: string) => boolean;
  /** Whether a session of this member declared a label. */
  readonly isDeclared: (label: string) => boolean;
  /** Acknowledges in the place of who declared a label and is not told. Must not throw. */
  readonly weakAck: (id: string, correlationId: string, label: string) => void;
  /** Told of what is lost though it should not be, and of a database that does not answer. */
  readonly onFault: (error: unknown) => void;
}

export interface ClusteredPubsub extends Pubsub {
  /** Things of a namespace may begin anew, with revisions that there were before. */
  forgetNamespace(namespace: string): void;
  /** Ends what goes on by itself. */
  stop(): void;
}

export const PUBLISHED = "pubsub.published";

/** Makes it; what members tell is taken from now on. */
export function clusteredPubsub(parts: ClusteredPubsubParts): ClusteredPubsub {
  const { cluster, local, origins, routes, facts, others } = parts;
  const interests = ownInterests(facts);
  const seen = delivered();
  const repliesOf = repliedAt(parts);

  const catching = catchingUp({
    ...{ cluster, recent: parts.recent, between: parts.between, pastOf: parts.pastOf },
    onFault: parts.onFault,
    newestSince: seen.newestSince,
    isMissing: (id, revision, since) => seen.isMissing(id, revision, since) && !lanes.has(id, revision),
    isWanted: () => interests.has("EVENTS"),
    async deliver({ event, state }) {
      const policyId = state.value?.policyId;
      const policy = typeof policyId === "string" ? { id: policyId, revision: 0 } : undefined;
      const characters = JSON.stringify(event.value ?? null).length;
      const past = { signal: event, policy, state, origin: undefined, epoch: 0, characters };
      if (lanes.insert(past)) return;
      const enforcer = policy && (await parts.judge(event.id, policy));
      if (!lanes.insert(past)) deliver(past, enforcer);
    },
  });

  const lanes = receiving({
    judge: parts.judge,
    deliver,
    holdOf: ({ signal, epoch }) => {
      // Who owns the thing now may be ahead of this member, which does not know yet that another one is gone.
      if (epoch > cluster.epoch) return cluster.nextChange();
      return "says" in signal ? undefined : catching.holdOf(signal.id);
    },
    onLost({ signal }) {
      if ("says" in signal)
        parts.onFault(new Error(`too much waits: a live signal of ${signal.id} is dropped`));
      else catching.missed();
    },
    onFault: parts.onFault,
  });

  function deliver({ signal, state, origin, own }: Received, enforcer: Enforcer | undefined): void {
    if (own) deliverOwn(signal, enforcer, origin, state);
    else if ("says" in signal || isNew(signal)) local.receive(signal, enforcer, origin, state);
  }

  /** Whether an event has not been delivered, which it is from now on. */
  function isNew({ id, revision }: EntityEvent): boolean {
    if (seen.has(id, revision)) return false;
    seen.add(id, revision);
    return true;
  }

  function deliverOwn(
    signal: Signal,
    enforcer: Enforcer | undefined,
    origin: object | undefined,
    state: EntityState | undefined,
  ): void {
    if ("says" in signal) {
      if (enforcer) local.publishLive(signal, enforcer, state, origin);
    } else if (isNew(signal)) local.publish(signal, enforcer, origin, state as EntityState);
    // Its row was caught up with before its append was known to have been done.
    else local.publishToOwners(signal, enforcer, origin, state as EntityState);
  }

  /** To the sessions of this member, once what was there before of the thing is told to them. */
  function tellOwn(
    signal: Signal,
    enforcer: Enforcer | undefined,
    origin: object | undefined,
    state: EntityState | undefined,
  ): void {
    if (!lanes.hasToWait(signal)) {
      deliverOwn(signal, enforcer, origin, state);
      return;
    }
    const characters = JSON.stringify("value" in signal ? (signal.value ?? null) : null).length;
    lanes.take({ signal, policy: undefined, state, origin, epoch: 0, characters, own: { enforcer } });
  }

  function policyOf(state: EntityState | undefined): JudgedBy | undefined {
    const id = state?.value?.policyId;
    if (typeof id !== "string") return undefined;
    return { id, revision: parts.policyRevision(id) ?? 0 };
  }

  /** Tells those members of a signal who want it, and of its thing's state those who need that. */
  function send(
    message: Omit<PublishedMessage, "policy" | "epoch">,
    enforcer: Enforcer | undefined,
  ): ReadonlySet<string> {
    const sent = new Set<string>();
    if (!enforcer) return sent;
    const { signal, state } = message;
    const readers = enforcer.readersOf(resourceTypeOf(signal), resourcePathOf(signal));
    let plain: string | undefined;
    let full: string | undefined;
    for (const member of othersOf(cluster)) {
      const need = others.needOf(member, signal, readers);
      if (need === NOTHING) continue;
      plain ??= printPublished({ ...message, policy: policyOf(state), epoch: cluster.epoch });
      if (need === WITH_STATE) full ??= withState(plain, state);
      cluster.wire.tell(member, PUBLISHED, need === WITH_STATE ? (full as string) : plain);
      sent.add(member);
    }
    return sent;
  }

  /** For who declared labels on a member that is not told at all, this one acknowledges. */
  function acknowledgeFor({ id, headers }: Signal, sent: ReadonlySet<string>): void {
    const correlationId = headers["correlation-id"];
    if (typeof correlationId !== "string") return;
    for (const label of requestedAcks(headers)) {
      if (parts.isDeclared(label)) continue;
      const holders = othersOf(cluster).filter((member) => facts.of(member, LABELS)?.has(label));
      if (holders.length > 0 && !holders.some((member) => sent.has(member)))
        parts.weakAck(id, correlationId, label);
    }
  }

  function tellOthers(
    signal: Signal,
    enforcer: Enforcer | undefined,
    origin: object | undefined,
    state: EntityState | undefined,
    replies: PublishedMessage["replies"],
  ): void {
    if (cluster.members.length < 2) return;
    const sent = send({ signal, state, origin: origins.print(origin), replies }, enforcer);
    if (requestedAcks(signal.headers).length > 0) acknowledgeFor(signal, sent);
  }

  cluster.wire.onTold(PUBLISHED, (payload, from) => {
    const { signal, policy, state, origin, epoch, replies } = readPublished(payload);
    if (replies) withRoute(routes, signal, replies);
    lanes.take({
      ...{ signal, policy, state, epoch, characters: payload.length },
      origin: origins.read(origin, from),
    });
  });

  return {
    subscribe(subscription) {
      const end = local.subscribe(subscription);
      if (subscription.scope === "owner") return end;
      const forget = interests.add(subscription);
      return () => {
        end();
        forget();
      };
    },
    known: facts.known,
    announced(wish) {
      const forget = interests.add(wish);
      // The others forget it a while after this one does, unless somebody has come by then.
      return (facts.known() ?? Promise.resolve()).finally(forget);
    },

    publish(event, enforcer, origin, state) {
      if (event.kind !== "thing") return;
      const { told, replies } = repliesOf(event, origin);
      tellOwn(told, enforcer, origin, state);
      tellOthers(told, enforcer, origin, state, replies);
    },

    publishLive(signal, enforcer, state, origin) {
      const { told, replies } = repliesOf(signal, origin);
      tellOwn(told, enforcer, origin, state);
      tellOthers(told, enforcer, origin, state, replies);
    },

    forgetNamespace: seen.forgetNamespace,
    stop: catching.stop,
  };
}
