// What a caller waits for: the headers `requested-acks`, `response-required` and `timeout`, which count only together.

import { durationMs } from "../../protocol/timeout.ts";
import type { Command, DittoHeaders } from "../../signals/signal.ts";
import { acksWithoutResponse, timeoutTooLong, zeroTimeout } from "./errors.ts";
import { LIVE_RESPONSE, shownLabels, TWIN_PERSISTED } from "./labels.ts";

/** How long an HTTP request waits at most, and when it does not say. */
export const HTTP_TIMEOUT_MS = 60_000;
/** The same of a command over a WebSocket, where longer timeouts are cut instead of refused. */
export const WEBSOCKET_TIMEOUT_MS = 65_000;

/** What is waited for before a command is answered. */
export interface AwaitedAcks {
  /** The acknowledgements, in the order of the request; `twin-persisted` or `live-response` stands for the response. */
  readonly labels: readonly string[];
  /** How long they are waited for, in milliseconds. */
  readonly timeoutMs: number;
  /** Whether the caller set that time. */
  readonly isTimed: boolean;
  /** Whether the caller wants to be told more than that it worked. */
  readonly responseRequired: boolean;
  /** The header `requested-acks` of plain answers and refusals; most have none. */
  readonly shown: readonly string[] | undefined;
}

/** Whether more is awaited than the response of the command. */
export const awaitsOthers = ({ labels }: AwaitedAcks): boolean =>
  labels.length > 1 || (labels.length === 1 && labels[0] !== TWIN_PERSISTED && labels[0] !== LIVE_RESPONSE);

/** What counts of a command; its headers are of their types. */
type Wishes = Pick<Command, "kind" | "action" | "headers">;

// Most commands say nothing of all this.
const unsaid = { isTimed: false, responseRequired: true, shown: undefined };
const unsaidWrite = { ...unsaid, labels: [TWIN_PERSISTED] };
const unsaidElse = { ...unsaid, labels: [] };
const httpDefaults = {
  write: { ...unsaidWrite, timeoutMs: HTTP_TIMEOUT_MS },
  other: { ...unsaidElse, timeoutMs: HTTP_TIMEOUT_MS },
};
const webSocketDefaults = {
  write: { ...unsaidWrite, timeoutMs: WEBSOCKET_TIMEOUT_MS },
  other: { ...unsaidElse, timeoutMs: WEBSOCKET_TIMEOUT_MS },
};

/** Whether none of the three headers is there, as with most of what is said. */
export const saysNothing = ({ headers }: { readonly headers: DittoHeaders }): boolean =>
  headers["requested-acks"] === undefined &&
  headers.timeout === undefined &&
  headers["response-required"] === undefined;

/** Only what changes the twin of a thing is acknowledged; for the rest the labels are no more than a header. */
const isAcknowledged = ({ kind, action }: Wishes): boolean => kind === "thing" && action !== "retrieve";

/** What an HTTP request waits for. Refuses with `header.invalid` and `gateway:timeout.invalid`. */
export function awaitedOverHttp(command: Wishes): AwaitedAcks {
  if (saysNothing(command)) return isAcknowledged(command) ? httpDefaults.write : httpDefaults.other;
  const { timeout } = command.headers;
  const given = timeout === undefined ? undefined : durationMs(timeout);
  if (given !== undefined && given > HTTP_TIMEOUT_MS) throw timeoutTooLong(String(timeout));
  return combine(command.headers, given, given ?? HTTP_TIMEOUT_MS, labelsOf(command));
}

/**
 * What a command of the Ditto Protocol waits for; `settlesByAcks` says whether acknowledgements may be wanted without a response.
 * Refuses with `header.invalid`; these refusals are told even to who requires no response.
 */
export function awaitedInProtocol(command: Wishes, settlesByAcks: boolean): AwaitedAcks {
  if (saysNothing(command))
    return isAcknowledged(command) ? webSocketDefaults.write : webSocketDefaults.other;
  return awaitedWithResponse(command.headers, labelsOf(command), settlesByAcks);
}

/** What is waited for, where acknowledgements without a response can only be told if something else depends on them. */
export function awaitedWithResponse(
  headers: DittoHeaders,
  labelsFor: LabelsFor | undefined,
  settlesByAcks: boolean,
): AwaitedAcks {
  const given = headers.timeout === undefined ? undefined : durationMs(headers.timeout);
  const timeoutMs = Math.min(given ?? WEBSOCKET_TIMEOUT_MS, WEBSOCKET_TIMEOUT_MS);
  const awaited = combine(headers, given, timeoutMs, labelsFor);
  if (!settlesByAcks && !awaited.responseRequired && awaited.labels.length > 0) throw acksWithoutResponse();
  return awaited;
}

/** The labels that are waited for, by those that were requested and by what `response-required` says. */
export type LabelsFor = (
  requested: readonly string[] | undefined,
  required: boolean | undefined,
  isZero: boolean,
) => readonly string[];

const labelsOf = (command: Wishes): LabelsFor | undefined =>
  isAcknowledged(command) ? twinLabels : undefined;

const twinLabels: LabelsFor = (requested, required, isZero) => {
  if (requested) return requested.filter((label) => label !== LIVE_RESPONSE);
  return required !== false && !isZero ? [TWIN_PERSISTED] : [];
};

/**
 * Puts the three headers together; `given` is the timeout that they say, in milliseconds, and `labelsFor` is absent for what is
 * not acknowledged. Refuses a timeout of zero that leaves no time for what is awaited with `header.invalid`.
 */
export function combine(
  headers: DittoHeaders,
  given: number | undefined,
  timeoutMs: number,
  labelsFor: LabelsFor | undefined,
): AwaitedAcks {
  const requested = headers["requested-acks"] as readonly string[] | undefined;
  const required = headers["response-required"] as boolean | undefined;
  const isZero = given === 0;
  const responseRequired = required ?? !(isZero && labelsFor);
  const wanted = labelsFor?.(requested, required, isZero) ?? requested ?? [];
  if (isZero && (responseRequired || wanted.length > 0)) throw zeroTimeout();
  const shown = labelsFor || requested ? shownLabels(wanted) : undefined;
  const labels = labelsFor ? wanted : [];
  return { labels, timeoutMs, isTimed: given !== undefined, responseRequired, shown };
}
