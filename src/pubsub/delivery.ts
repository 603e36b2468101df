// What subscribers ask for, and what they are handed.

import type { TwinError } from "../base/errors.ts";
import type { JsonObject, JsonValue } from "../base/json/json.ts";
import type { LiveSignal } from "../signals/live.ts";
import type { EntityEvent } from "../signals/signal.ts";
import type { Selection } from "./selection.ts";

/** What of things can be subscribed to, in the words of the WebSocket's control messages. */
export type Stream = "EVENTS" | "MESSAGES" | "LIVE-COMMANDS" | "LIVE-EVENTS";

/** A signal as those may see it who have the same rights and asked for the same; they share it. */
export interface Delivery {
  /** As it was said, as far as it may be seen. */
  readonly signal: EntityEvent | LiveSignal;
  /** The part of its value that may be seen; that of a message is in the signal. */
  readonly value: JsonValue | undefined;
  /** The extra fields that were asked for, as far as they may be seen; absent where that is nothing. */
  readonly extra: JsonObject | undefined;
  /** Why there are no extra fields though they were asked for; it is told in place of the signal. */
  readonly failure?: TwinError;
  /** Where there is a failure: the signal all the same, without extra fields. */
  readonly bare?: () => Delivery;
  /** The session that caused it. */
  readonly origin: object | undefined;
  /** The protocol message, printed once. */
  text(): string;
  /** The same for a subscriber that is asked for these acknowledgements only. */
  textWith(requestedAcks: readonly string[]): string;
}

/** Who subscribes. Neither function may throw. */
export interface Subscriber {
  /** Takes a signal, in the order of publication. */
  deliver(delivery: Delivery): void;
  /** The labels of acknowledgements that it declared, where it declared some; others acknowledge what it does not get. */
  readonly declaredAcks?: ReadonlySet<string>;
}

/** A wish to be told. */
export interface Subscription {
  readonly stream: Stream;
  readonly subjects: readonly string[];
  readonly selection: Selection;
  readonly subscriber: Subscriber;
  /** `owner`: of the things that this member of the cluster owns only, and so of what is published here. Absent: of all. */
  readonly scope?: "owner";
  /**
   * Whether this member of the cluster is the one that is to deliver the signals of a thing; where it is not, another one does, for the
   * same subscriber, whose acknowledgements come from there. Asked of each signal; absent: it is.
   */
  readonly share?: ((thingId: string) => boolean) | undefined;
}
