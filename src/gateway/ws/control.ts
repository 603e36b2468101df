// The plain-text control messages of a WebSocket session (httpapi-protocol-bindings-websocket page).

import type { Stream } from "../../pubsub/delivery.ts";

/** What a session can be sent without asking for each. */
export type SubscriptionTopic = Stream | "POLICY-ANNOUNCEMENTS";

export interface SubscriptionChange {
  readonly says: "subscription";
  readonly start: boolean;
  readonly topic: SubscriptionTopic;
  /** Of a start; to stop needs none. */
  readonly parameters: URLSearchParams;
}

export interface NewToken {
  readonly says: "token";
  /** Empty where the message holds none. */
  readonly token: string;
}

// What stands between a name and its question mark does not count, as in Ditto.
const subscriptionPattern =
  /^(START|STOP)-SEND-(EVENTS|MESSAGES|LIVE-COMMANDS|LIVE-EVENTS|POLICY-ANNOUNCEMENTS)[^?]*(?:\?(.*))?$/s;
const tokenPattern = /^JWT-TOKEN[^?]*(?:\?(.*))?$/s;

/** Reads a control message, or gives `undefined` where the text is none. Values are decoded as those of a query. */
export function readControl(text: string): SubscriptionChange | NewToken | undefined {
  if (text.startsWith("{")) return undefined; // as nearly all messages
  const [line, query] = tokenPattern.exec(text) ?? [];
  if (line !== undefined) return { says: "token", token: new URLSearchParams(query).get("jwtToken") ?? "" };
  return readSubscription(text);
}

function readSubscription(text: string): SubscriptionChange | undefined {
  const [, verb, topic, query] = subscriptionPattern.exec(text) ?? [];
  if (topic === undefined) return undefined;
  return {
    says: "subscription",
    start: verb === "START",
    topic: topic as SubscriptionTopic,
    parameters: new URLSearchParams(query),
  };
}

/** The line that acknowledges a subscription, or its end. */
export const acknowledge = ({ start, topic }: SubscriptionChange): string =>
  `${start ? "START" : "STOP"}-SEND-${topic}:ACK`;
