// Signals and announcements as they go out.

import type { JsonObject } from "../../base/json/json.ts";
import { isObject } from "../../base/json/json.ts";
import { parseJson } from "../../base/json/parse.ts";
import { printAnnouncement } from "../../protocol/announcement.ts";
import type { Delivery } from "../../pubsub/delivery.ts";
import type { PolicyAnnouncement } from "../../signals/policy-announcement.ts";
import type { ProtocolMessage } from "../mapping/mapper.ts";
import type { About } from "../monitoring/monitor.ts";
import { messageValues, signalValues } from "../placeholders/outgoing.ts";
import { type ConnectionAnnouncement, connectionAnnouncement } from "./announcements.ts";
import type { Outgoing } from "./deliver.ts";

/** A protocol message whose text is printed at most once, and parsed only if somebody wants that. */
export function printedMessage(
  print: () => string,
  { "correlation-id": id }: JsonObject = {},
): ProtocolMessage {
  let text: string | undefined;
  let json: JsonObject | undefined;
  const printed = (): string => {
    text ??= print();
    return text;
  };
  return {
    text: printed,
    ...(typeof id === "string" && { correlationId: () => id }),
    json() {
      json ??= objectOf(printed());
      return json;
    },
  };
}

function objectOf(text: string): JsonObject {
  const value = parseJson(text);
  if (!isObject(value)) throw new Error("A protocol message is a JSON object.");
  return value;
}

/** A signal; `labels` are those of acknowledgements that the connection is asked for. */
export function deliveryOutgoing(
  delivery: Delivery,
  about: About,
  labels: readonly string[] | undefined,
  connectionId: string,
): Outgoing {
  const { signal, failure } = delivery;
  const isQuestion = "says" in signal && signal.says !== "live-event";
  return {
    ...{ kind: "thing", id: signal.id, headers: signal.headers, about },
    values: signalValues(connectionId, delivery),
    message: printedMessage(() => (labels ? delivery.textWith(labels) : delivery.text()), signal.headers),
    ...(isQuestion && { question: signal }),
    ...(failure && { failure }),
  };
}

/** An announcement of a policy, with its text where nobody is asked for anything. */
export function announcementOutgoing(
  text: string,
  announcement: PolicyAnnouncement,
  about: About,
  labels: readonly string[] | undefined,
  connectionId: string,
): Outgoing {
  const { policyId, headers } = announcement;
  const asking = () =>
    printAnnouncement({ ...announcement, headers: { ...headers, "requested-acks": labels ?? [] } });
  const message = printedMessage(() => (labels ? asking() : text), headers);
  return {
    ...{ kind: "policy", id: policyId, headers, about, message },
    values: messageValues(connectionId, message.json),
  };
}

/** What the connection says of itself. */
export function connectionOutgoing(
  connectionId: string,
  name: ConnectionAnnouncement,
  now: number,
): Outgoing {
  const json = connectionAnnouncement(connectionId, name, now);
  const message: ProtocolMessage = { text: () => JSON.stringify(json), json: () => json };
  return {
    ...{ kind: "connection", id: connectionId, headers: {}, message },
    about: { entityType: "connection", entityId: connectionId },
    values: messageValues(connectionId, message.json),
  };
}
