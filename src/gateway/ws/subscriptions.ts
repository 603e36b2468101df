// What a session has subscribed to: START-SEND-… and STOP-SEND-….

import { TwinError } from "../../base/errors.ts";
import { namespaceOf } from "../../base/ids.ts";
import { accessibleNamespaces } from "../../conversation/access.ts";
import type { Sender } from "../../conversation/handling.ts";
import { printAnnouncement } from "../../protocol/announcement.ts";
import { printError } from "../../protocol/envelope.ts";
import type { AnnouncementBus, TakeAnnouncement } from "../../pubsub/announcements.ts";
import type { Subscriber } from "../../pubsub/delivery.ts";
import type { Pubsub } from "../../pubsub/pubsub.ts";
import { selectionOf } from "../../pubsub/select.ts";
import type { Selection } from "../../pubsub/selection.ts";
import type { DittoHeaders } from "../../signals/signal.ts";
import { acknowledge, type SubscriptionChange, type SubscriptionTopic } from "./control.ts";

export interface SubscriptionParts {
  readonly pubsub: Pubsub;
  readonly announcements: AnnouncementBus;
}

export interface Subscriptions {
  /**
   * Starts or ends a subscription, a new one taking the place of the old. Has the client told that it is done, or why not; then the
   * old one goes on. In a cluster, a start is done when all members know of it; what is wanted after it is told after it.
   */
  change(wanted: SubscriptionChange): void;
  /** Ends all of them. */
  end(): void;
}

type Send = (text: string) => void;

/**
 * Makes the subscriptions of a session that is sent what they bring; `correlationId` is that of its handshake, told with
 * filters that are none.
 */
export function subscriptions(
  sender: Sender,
  correlationId: string,
  send: Send,
  { pubsub, announcements }: SubscriptionParts,
): Subscriptions {
  const ends = new Map<SubscriptionTopic, () => void>();
  let subscriber: Subscriber | undefined;
  /** What the client is told last, as long as it waits for something. */
  let telling: Promise<void> | undefined;

  /** Looks at what is wanted, and gives the function that begins it. */
  function prepared({ topic, parameters }: SubscriptionChange): () => () => void {
    const { subjects } = sender.auth;
    if (topic === "POLICY-ANNOUNCEMENTS") {
      const { namespaces } = selectionOf({ namespaces: parameters.get("namespaces") });
      return () => announcements.subscribe(subjects, announcementsFor(sender, send, namespaces));
    }
    const selection = selected(parameters);
    subscriber ??= subscriberFor(sender, send);
    const subscription = { stream: topic, subjects, selection, subscriber };
    return () => pubsub.subscribe(subscription);
  }

  function change(wanted: SubscriptionChange): void {
    const begin = wanted.start ? prepared(wanted) : undefined;
    ends.get(wanted.topic)?.();
    ends.delete(wanted.topic);
    if (begin) ends.set(wanted.topic, begin());
  }

  function tell(text: string, known: Promise<void> | undefined): void {
    if (telling === undefined && known === undefined) {
      send(text);
      return;
    }
    const told: Promise<void> = Promise.all([telling, known]).then(() => {
      if (telling === told) telling = undefined;
      send(text);
    });
    telling = told;
  }

  return {
    change(wanted) {
      try {
        change(wanted);
        tell(acknowledge(wanted), wanted.start ? pubsub.known() : undefined);
      } catch (error) {
        if (!(error instanceof TwinError)) throw error;
        tell(printError(error, headersOfRefusal(error, wanted, correlationId)), undefined);
      }
    },
    end() {
      for (const end of ends.values()) end();
      ends.clear();
    },
  };
}

function selected(parameters: URLSearchParams): Selection {
  return selectionOf({
    namespaces: parameters.get("namespaces"),
    filter: parameters.get("filter"),
    extraFields: parameters.get("extraFields"),
  });
}

/** As in Ditto: it is only told of a filter, since another part looks at the rest, which does not know it. */
function headersOfRefusal(
  { code }: TwinError,
  { parameters }: SubscriptionChange,
  correlationId: string,
): DittoHeaders {
  if (code !== "rql.expression.invalid") return {};
  return { "correlation-id": parameters.get("correlation-id") ?? correlationId };
}

/** Passes on signals, but not those of the session itself. */
function subscriberFor(sender: Sender, send: Send): Subscriber {
  const isAccessible = accessibleNamespaces(sender.reach);
  return {
    declaredAcks: sender.acks.declared,
    deliver(delivery) {
      if (delivery.origin === sender.origin || !isAccessible(namespaceOf(delivery.signal.id))) return;
      const labels = sender.acks.asked(delivery.signal);
      send(labels ? delivery.textWith(labels) : delivery.text());
    },
  };
}

/** Passes on announcements, asking for the acknowledgements that the session declared. */
function announcementsFor(
  sender: Sender,
  send: Send,
  namespaces: ReadonlySet<string> | undefined,
): TakeAnnouncement {
  return (text, announcement) => {
    if (namespaces && !namespaces.has(namespaceOf(announcement.policyId))) return;
    const labels = sender.acks.told(announcement);
    const headers = { ...announcement.headers, ...(labels && { "requested-acks": labels }) };
    send(labels ? printAnnouncement({ ...announcement, headers }) : text);
  };
}
