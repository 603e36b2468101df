// What a session has subscribed to: START-SEND-… and STOP-SEND-….

import { namespaceOf } from "../../base/ids.ts";
import { printAnnouncement } from "../../protocol/announcement.ts";
import type { AnnouncementBus, TakeAnnouncement } from "../../pubsub/announcements.ts";
import type { Subscriber } from "../../pubsub/audience.ts";
import type { Pubsub } from "../../pubsub/pubsub.ts";
import { accessibleNamespaces } from "./access.ts";
import type { Subscription } from "./control.ts";
import { subscriptionUnsupported } from "./errors.ts";
import type { Sender } from "./handling.ts";

export interface SubscriptionParts {
  readonly pubsub: Pubsub;
  readonly announcements: AnnouncementBus;
}

export interface Subscriptions {
  /** Starts or ends a subscription; refuses one that is not supported. */
  change(wanted: Subscription): void;
  /** Ends all of them. */
  end(): void;
}

type Send = (text: string) => void;

/** Makes the subscriptions of a session that is sent what they bring. */
export function subscriptions(
  sender: Sender,
  send: Send,
  { pubsub, announcements }: SubscriptionParts,
): Subscriptions {
  const ends = new Map<Subscription["topic"], () => void>();

  const starts: { readonly [topic in Subscription["topic"]]?: (isWanted: Wanted) => () => void } = {
    EVENTS: (isWanted) =>
      pubsub.subscribe(sender.auth.subjects, { deliver: eventsFor(sender, send, isWanted) }),
    "POLICY-ANNOUNCEMENTS": (isWanted) =>
      announcements.subscribe(sender.auth.subjects, announcementsFor(sender, send, isWanted)),
  };

  return {
    change({ topic, start, parameters }) {
      const begin = starts[topic];
      if (!begin) throw subscriptionUnsupported(topic);
      for (const name of parameters.keys()) {
        if (name !== "namespaces") throw subscriptionUnsupported(`${topic} with the parameter '${name}'`);
      }
      ends.get(topic)?.();
      ends.delete(topic);
      if (start) ends.set(topic, begin(wantedNamespaces(parameters.get("namespaces"))));
    },
    end() {
      for (const end of ends.values()) end();
      ends.clear();
    },
  };
}

type Wanted = (namespace: string) => boolean;

/** Passes on the events of other sessions. */
function eventsFor(sender: Sender, send: Send, isWanted: Wanted): Subscriber["deliver"] {
  const isAccessible = accessibleNamespaces(sender.reach);
  return (text, event, origin) => {
    const namespace = namespaceOf(event.id);
    if (origin !== sender && isWanted(namespace) && isAccessible(namespace)) send(text);
  };
}

/** Passes on announcements, asking for the acknowledgements that the session declared. */
function announcementsFor(sender: Sender, send: Send, isWanted: Wanted): TakeAnnouncement {
  return (text, announcement) => {
    if (!isWanted(namespaceOf(announcement.policyId))) return;
    const labels = sender.acks.told(announcement);
    const headers = { ...announcement.headers, ...(labels && { "requested-acks": labels }) };
    send(labels ? printAnnouncement({ ...announcement, headers }) : text);
  };
}

function wantedNamespaces(list: string | null): Wanted {
  if (!list) return () => true;
  const names = new Set(list.split(",").map((name) => name.trim()));
  return (namespace) => names.has(namespace);
}
