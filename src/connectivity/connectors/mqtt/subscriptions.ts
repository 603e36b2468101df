// What a client asks the broker for, and which sources a message belongs to.

import type { IPublishPacket, ISubackPacket, ISubscription, QoS } from "mqtt-packet";
import type { Source } from "../../model.ts";
import { ConnectFailure } from "../connector.ts";
import { reasonText } from "./failures.ts";
import { topicMatcher } from "./topics.ts";

/** A source as the broker sees it. */
export interface Route {
  /** In the order of the sources of the connection. */
  readonly source: number;
  /** Ditto counts and reports the addresses of an MQTT source as one. */
  readonly address: string;
  readonly subscriptions: readonly ISubscription[];
  /** With MQTT 5, messages tell by it for which subscriptions they are sent. */
  readonly identifier: number;
  matches(topic: string): boolean;
}

/** Those of the sources that have addresses. */
export const routesOf = (sources: readonly Source[]): readonly Route[] =>
  sources.flatMap((source, index) => (source.addresses.length === 0 ? [] : [routeOf(source, index)]));

function routeOf({ addresses, qos }: Source, source: number): Route {
  const matchers = addresses.map(topicMatcher);
  const [first] = matchers;
  return {
    source,
    address: addresses.join(";"),
    identifier: source + 1,
    subscriptions: addresses.map((topic) => ({ topic, qos: (qos ?? 2) as QoS })),
    matches: matchers.length === 1 && first ? first : (topic) => matchers.some((matcher) => matcher(topic)),
  };
}

/**
 * Whose message it is: of those whose filters match. Of a copy that is sent for one of several subscriptions, as with MQTT 5, it
 * is only that one's; identifiers may also be those of an older configuration, and then count for nothing.
 */
export function routesFor({ topic, properties }: IPublishPacket, routes: readonly Route[]): readonly Route[] {
  const matching = routes.filter((route) => route.matches(topic));
  const given = properties?.subscriptionIdentifier;
  if (given === undefined || matching.length < 2) return matching;
  const identifiers = typeof given === "number" ? [given] : given;
  const meant = matching.filter(({ identifier }) => identifiers.includes(identifier));
  return meant.length === 0 ? matching : meant;
}

/** Why the broker does not give what was asked for; undefined where it does. */
export function refusalOf({ subscriptions }: Route, { granted }: ISubackPacket): ConnectFailure | undefined {
  const refused = subscriptions.findIndex((_, i) => Number(granted[i] ?? 128) >= 128);
  if (refused < 0) return undefined;
  const { topic } = subscriptions[refused]!;
  const reason = reasonText(Number(granted[refused] ?? 128));
  return new ConnectFailure(`The broker refuses the subscription of '${topic}': ${reason}.`, true);
}

/** Filters that the broker serves with a lower QoS than was asked for. */
export const lowered = ({ subscriptions }: Route, { granted }: ISubackPacket): readonly string[] =>
  subscriptions.flatMap(({ topic, qos }, i) =>
    Number(granted[i]) < qos
      ? [`The broker sends messages of '${topic}' with QoS ${granted[i]} at most.`]
      : [],
  );
