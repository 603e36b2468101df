// Committed events and live signals → the sessions that may see them and asked for them.

import { isArray } from "../base/json/json.ts";
import type { Enforcer } from "../policies/enforcer.ts";
import type { LiveSignal } from "../signals/live.ts";
import type { EntityEvent, EntityState } from "../signals/signal.ts";
import { type Audience, type Audiences, audiences, type Place } from "./audiences.ts";
import type { Delivery, Stream, Subscription } from "./delivery.ts";
import type { PreDefined } from "./pre-defined.ts";
import { publicationOf, type View } from "./publication.ts";
import { resourcePathOf, resourceTypeOf, type Signal } from "./said.ts";
import { sightOf } from "./sight.ts";

export interface Pubsub {
  /** Begins a subscription; the function ends it. Both may be done while a signal is delivered. */
  subscribe(subscription: Subscription): () => void;
  /** Resolves once all members of the cluster know of what is subscribed to by now; `undefined` where they do already. */
  known(): Promise<void> | undefined;
  /**
   * Resolves once all members of the cluster know that somebody wants this who is about to subscribe, so that he misses nothing from then on;
   * `undefined` where nobody else has to.
   */
  announced(wish: Omit<Subscription, "subscriber">): Promise<void> | undefined;
  /**
   * Delivers an event of a thing, in the order of the calls. `state` is what the event led to, or what it deleted: that is
   * what it is enriched with. Without an enforcer nobody may read it.
   */
  publish(
    event: EntityEvent,
    enforcer: Enforcer | undefined,
    origin: object | undefined,
    state: EntityState,
  ): void;
  /** Delivers a live signal of a thing in this state, in the order of the calls. */
  publishLive(
    signal: LiveSignal,
    enforcer: Enforcer,
    state: EntityState | undefined,
    origin: object | undefined,
  ): void;
}

/** The pubsub of one process, as a member of a cluster sees it. */
export interface LocalPubsub extends Pubsub {
  /** Delivers what another member published, to those who listen to more than what this one owns. */
  receive(
    signal: Signal,
    enforcer: Enforcer | undefined,
    origin: object | undefined,
    state: EntityState | undefined,
  ): void;
  /** Publishes an event that was received before to those whom {@link receive} leaves out. */
  publishToOwners: Pubsub["publish"];
}

/** Who is told: of places, those without a scope are told of everything, the others of what is published here only. */
type Whom = "all" | "unscoped" | "scoped";

/** What becomes of acknowledgements that are requested of somebody who does not get the signal. */
export interface WeakAcks {
  /** Whether a session declared that it gives acknowledgements with the label. */
  isDeclared(label: string): boolean;
  /** Acknowledges in its place. Must not throw. */
  weakAck(id: string, correlationId: string, label: string): void;
}

export interface PubsubOptions {
  /** Whether who may read only some of a thing is told of events of the thing at all. Absent: they are. */
  readonly partialEvents?: boolean;
  /** Which fields of a thing are selected once for all who ask for some of them. Absent: none. */
  readonly preDefined?: PreDefined | undefined;
}

/** Makes the local pubsub of one process. */
export function localPubsub(
  weakAcks?: WeakAcks,
  { partialEvents = true, preDefined }: PubsubOptions = {},
): LocalPubsub {
  const streams: Readonly<Record<Stream, Audiences>> = {
    EVENTS: audiences(),
    MESSAGES: audiences(),
    "LIVE-COMMANDS": audiences(),
    "LIVE-EVENTS": audiences(),
  };
  let publications = 0;

  function tell(
    signal: Signal,
    enforcer: Enforcer | undefined,
    state: EntityState | undefined,
    origin: object | undefined,
    whom: Whom,
  ): void {
    const listening = streams[streamOf(signal)];
    // Whoever acknowledges has got it already where it was received before.
    const missing = whom === "scoped" ? undefined : weakAcks && missingAcks(signal, weakAcks);
    publications++;
    const now = publications;
    if (enforcer && !listening.isEmpty) {
      const groups = listening.of(signal, enforcer.readersOf(resourceTypeOf(signal), resourcePathOf(signal)));
      const viewOf = groups.length > 0 ? viewsOf(signal, enforcer, state, origin) : undefined;
      for (const { audience, selection, places } of groups) {
        const delivery = viewOf?.(audience)?.(selection);
        if (!delivery) continue;
        for (const place of places) {
          if (place.since < now && isMeant(place, whom)) hand(delivery, signal.id, place, missing);
        }
      }
    }
    missing?.settle();
  }

  /** What audiences see of a signal, worked out once for each. */
  function viewsOf(
    signal: Signal,
    enforcer: Enforcer,
    state: EntityState | undefined,
    origin: object | undefined,
  ): (audience: Audience) => View | undefined {
    const publication = publicationOf(signal, state, origin, preDefined);
    const known = new Map<Audience, View | undefined>();
    return (audience) => {
      if (known.has(audience)) return known.get(audience);
      const access = enforcer.forSubjects(audience.subjects);
      const sight = sightOf(signal, access, partialEvents);
      const view = sight && publication.seenWith(sight, access);
      known.set(audience, view);
      return view;
    };
  }

  return {
    subscribe: (subscription) => streams[subscription.stream].join(subscription, publications),

    known: () => undefined,
    announced: () => undefined,

    publish(event, enforcer, origin, state) {
      if (event.kind === "thing") tell(event, enforcer, state, origin, "all");
    },

    publishLive: (signal, enforcer, state, origin) => tell(signal, enforcer, state, origin, "all"),
    receive: (signal, enforcer, origin, state) => tell(signal, enforcer, state, origin, "unscoped"),
    publishToOwners: (event, enforcer, origin, state) => tell(event, enforcer, state, origin, "scoped"),
  };
}

const liveStreams = {
  message: "MESSAGES",
  "live-command": "LIVE-COMMANDS",
  "live-event": "LIVE-EVENTS",
} as const;

export const streamOf = (signal: Signal): Stream => ("says" in signal ? liveStreams[signal.says] : "EVENTS");

const isMeant = ({ scope }: Place, whom: Whom): boolean =>
  whom === "all" || (scope !== undefined) === (whom === "scoped");

function hand(
  delivery: Delivery,
  id: string,
  { subscriber, share }: Place,
  missing: MissingAcks | undefined,
): void {
  if (missing && subscriber.declaredAcks) missing.told(subscriber.declaredAcks);
  if (!share || share(id)) subscriber.deliver(delivery);
}

interface MissingAcks {
  /** Somebody with these labels gets the signal, and will acknowledge it. */
  told(labels: ReadonlySet<string>): void;
  /** All who get the signal have got it. */
  settle(): void;
}

/** The requested acknowledgements that somebody declared; `undefined` where there are none, as for nearly all signals. */
function missingAcks({ id, headers }: Signal, { isDeclared, weakAck }: WeakAcks): MissingAcks | undefined {
  const correlationId = headers["correlation-id"];
  const requested = requestedAcks(headers);
  if (requested.length === 0 || typeof correlationId !== "string") return undefined;
  const missing = new Set(requested.filter(isDeclared));
  if (missing.size === 0) return undefined;
  return {
    told(labels) {
      for (const label of missing) if (labels.has(label)) missing.delete(label);
    },
    settle() {
      for (const label of missing) weakAck(id, correlationId, label);
    },
  };
}

const noLabels: readonly string[] = [];

/** The labels of acknowledgements that a signal asks for. */
export function requestedAcks({ "requested-acks": requested }: Signal["headers"]): readonly string[] {
  if (!isArray(requested) || requested.length === 0) return noLabels;
  return requested.filter((label) => typeof label === "string");
}
