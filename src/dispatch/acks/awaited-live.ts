// What the sender of a live signal waits for: as with commands to the twin, with the label `live-response` for the answer.

import type { TwinError } from "../../base/errors.ts";
import { durationMs } from "../../protocol/timeout.ts";
import type { LiveSignal } from "../../signals/live.ts";
import type { DittoHeaders } from "../../signals/signal.ts";
import {
  type AwaitedAcks,
  awaitedWithResponse,
  combine,
  HTTP_TIMEOUT_MS,
  type LabelsFor,
  saysNothing,
  WEBSOCKET_TIMEOUT_MS,
} from "./awaited.ts";
import { messageTimeoutTooLong, timeoutTooLong } from "./errors.ts";
import { LIVE_RESPONSE, SEARCH_PERSISTED, TWIN_PERSISTED } from "./labels.ts";

/** Which timeouts an HTTP request may give; none waits longer than a minute all the same. */
interface TimeoutLimit {
  readonly mostMs: number;
  readonly refusal: (given: string) => TwinError;
}

export const liveCommandTimeouts: TimeoutLimit = { mostMs: HTTP_TIMEOUT_MS, refusal: timeoutTooLong };
// Of the timeouts of messages only whole seconds count.
export const messageTimeouts: TimeoutLimit = {
  mostMs: 60_999,
  refusal: (given) => messageTimeoutTooLong(given, 60),
};
export const claimTimeouts: TimeoutLimit = {
  mostMs: 600_999,
  refusal: (given) => messageTimeoutTooLong(given, 600),
};

/** What counts of a live signal; its headers are of their types. */
type Wishes = Pick<LiveSignal, "says" | "headers">;

const unsaid = { timeoutMs: WEBSOCKET_TIMEOUT_MS, isTimed: false, shown: undefined };
const webSocketDefault: AwaitedAcks = { ...unsaid, labels: [LIVE_RESPONSE], responseRequired: true };
/** Nobody answers or acknowledges events. */
const ofEvent: AwaitedAcks = { ...unsaid, labels: [], responseRequired: false };

/**
 * What an HTTP request on the live channel waits for, or one that may be answered by it. Refuses with `header.invalid`, and
 * longer timeouts than it may give as its limit says.
 */
export function awaitedLiveOverHttp(
  { headers }: { readonly headers: DittoHeaders },
  limit: TimeoutLimit,
): AwaitedAcks {
  const { timeout } = headers;
  const given = timeout === undefined ? undefined : durationMs(timeout);
  if (given !== undefined && given > limit.mostMs) throw limit.refusal(String(timeout));
  return combine(headers, given, Math.min(given ?? HTTP_TIMEOUT_MS, HTTP_TIMEOUT_MS), liveLabels);
}

/**
 * What a live signal of the Ditto Protocol waits for; `settlesByAcks` as for commands. Refuses with `header.invalid`, as is
 * told even to who requires no response.
 */
export function awaitedLiveInProtocol({ says, headers }: Wishes, settlesByAcks: boolean): AwaitedAcks {
  const isEvent = says === "live-event";
  if (saysNothing({ headers })) return isEvent ? ofEvent : webSocketDefault;
  if (!isEvent) return awaitedWithResponse(headers, liveLabels, settlesByAcks);
  const { shown } = awaitedWithResponse(headers, undefined, settlesByAcks);
  return { ...ofEvent, shown };
}

/** That a response is required adds the label of the answer, or removes it, but for who wants no labels or other ones. */
const liveLabels: LabelsFor = (requested, required, isZero) => {
  if (!requested) return required !== false && !isZero ? [LIVE_RESPONSE] : [];
  const possible = requested.filter((label) => label !== TWIN_PERSISTED && label !== SEARCH_PERSISTED);
  if (possible.length < requested.length) return possible; // and nothing else is changed then, as in Ditto
  if (required === false) return requested.filter((label) => label !== LIVE_RESPONSE);
  if (requested.length === 0 || requested.includes(LIVE_RESPONSE)) return requested;
  return [...requested, LIVE_RESPONSE];
};
