// A published signal as one line of JSON, from the member that publishes it to the others.

import { isArray, isObject, type JsonArray, type JsonObject, type JsonValue } from "../../base/json/json.ts";
import { parseStored } from "../../base/json/parse.ts";
import {
  eventOfJson,
  liveJson,
  liveSignalOfJson,
  plainJson,
  stateOfJson,
} from "../../protocol/wire-signals.ts";
import type { ReplyRoute } from "../../signals/reply-routes.ts";
import type { EntityState } from "../../signals/signal.ts";
import type { Signal } from "../said.ts";
import type { JudgedBy } from "./receiving.ts";

export interface PublishedMessage {
  readonly signal: Signal;
  readonly policy: JudgedBy | undefined;
  /** As {@link Origins} prints it. */
  readonly origin: JsonValue;
  readonly epoch: number;
  /** Where replies are waited for, if the signal can have any. */
  readonly replies: ReplyRoute | undefined;
  readonly state: EntityState | undefined;
}

/** Prints it without its state; {@link withState} adds that. */
export function printPublished({ signal, policy, origin, epoch, replies }: PublishedMessage): string {
  return JSON.stringify({
    epoch,
    origin,
    policy: policy && [policy.id, policy.revision],
    replies: replies && [replies.member, replies.correlationId],
    signal: "says" in signal ? liveJson(signal) : plainJson(signal),
  });
}

export const withState = (printed: string, state: EntityState | undefined): string =>
  state ? `${printed.slice(0, -1)},"state":${JSON.stringify(state)}}` : printed;

export function readPublished(text: string): PublishedMessage {
  const { epoch, origin = null, policy, replies, signal, state } = parseStored(text) as JsonObject;
  return {
    epoch: epoch as number,
    origin,
    policy: isArray(policy) ? judgedBy(policy) : undefined,
    replies: isArray(replies) ? routeOf(replies) : undefined,
    signal: isObject(signal) && "says" in signal ? liveSignalOfJson(signal) : eventOfJson(signal),
    state: state === undefined ? undefined : stateOfJson(state),
  };
}

const judgedBy = ([id, revision]: JsonArray): JudgedBy => ({
  id: id as string,
  revision: revision as number,
});
const routeOf = ([member, correlationId]: JsonArray): ReplyRoute => ({
  member: member as string,
  correlationId: correlationId as string,
});
