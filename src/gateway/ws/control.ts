// The plain-text control messages of a WebSocket session (httpapi-protocol-bindings-websocket page).

export interface Subscription {
  readonly says: "subscription";
  readonly start: boolean;
  readonly topic: "EVENTS" | "MESSAGES" | "LIVE-COMMANDS" | "LIVE-EVENTS" | "POLICY-ANNOUNCEMENTS";
  readonly parameters: URLSearchParams;
}

export interface NewToken {
  readonly says: "token";
  /** Empty where the message holds none. */
  readonly token: string;
}

const subscriptionPattern =
  /^(START|STOP)-SEND-(EVENTS|MESSAGES|LIVE-COMMANDS|LIVE-EVENTS|POLICY-ANNOUNCEMENTS)(?:\?(.*))?$/;
const tokenPattern = /^JWT-TOKEN(?:\?(.*))?$/;

/** Reads a control message, or gives `undefined` where the text is none. */
export function readControl(text: string): Subscription | NewToken | undefined {
  if (text.startsWith("{")) return undefined; // as nearly all messages
  const [line, query] = tokenPattern.exec(text) ?? [];
  if (line !== undefined) return { says: "token", token: new URLSearchParams(query).get("jwtToken") ?? "" };
  return readSubscription(text);
}

function readSubscription(text: string): Subscription | undefined {
  const [, verb, topic, query] = subscriptionPattern.exec(text) ?? [];
  if (topic === undefined) return undefined;
  return {
    says: "subscription",
    start: verb === "START",
    topic: topic as Subscription["topic"],
    parameters: new URLSearchParams(query),
  };
}

/** The line that acknowledges a subscription, or its end. */
export const acknowledge = ({ start, topic }: Subscription): string =>
  `${start ? "START" : "STOP"}-SEND-${topic}:ACK`;
