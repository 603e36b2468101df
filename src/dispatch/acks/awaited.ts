// What a caller waits for: the headers `requested-acks`, `response-required` and `timeout`, which count only together.

import type { Command, DittoHeaders } from "../../signals/signal.ts";
import { acksWithoutResponse, zeroTimeout } from "./errors.ts";
import { LIVE_RESPONSE, labelsOfText, labelsOfValue, shownLabels, TWIN_PERSISTED } from "./labels.ts";
import { durationMs, HTTP_TIMEOUT_MS, httpTimeoutMs, WEBSOCKET_TIMEOUT_MS } from "./timeout.ts";

/** What is waited for before a command is answered. */
export interface AwaitedAcks {
  /** The acknowledgements, in the order of the request; `twin-persisted` stands for the response. */
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

const saysNothing = ({ headers }: Wishes): boolean =>
  headers["requested-acks"] === undefined &&
  headers.timeout === undefined &&
  headers["response-required"] === undefined;

/** Only what changes the twin of a thing is acknowledged; for the rest the labels are no more than a header. */
const isAcknowledged = ({ kind, action }: Wishes): boolean => kind === "thing" && action !== "retrieve";

/**
 * What an HTTP request waits for. Refuses with `header.invalid`, `timeout.invalid` and `gateway:timeout.invalid`.
 * The headers are as they came, but for `response-required`, which is a boolean or absent.
 */
export function awaitedOverHttp(command: Wishes): AwaitedAcks {
  if (saysNothing(command)) return isAcknowledged(command) ? httpDefaults.write : httpDefaults.other;
  const { "requested-acks": acks, timeout } = command.headers;
  const given = isAbsent(timeout) ? undefined : httpTimeoutMs(timeout);
  const requested = isAbsent(acks) ? undefined : labelsOfText(String(acks));
  return combine(command, requested, given, given ?? HTTP_TIMEOUT_MS);
}

/**
 * What a command over a WebSocket waits for. Refuses with `header.invalid` and `timeout.invalid`; these refusals are
 * told even to who requires no response.
 */
export function awaitedOverWebSocket(command: Wishes): AwaitedAcks {
  if (saysNothing(command))
    return isAcknowledged(command) ? webSocketDefaults.write : webSocketDefaults.other;
  const { "requested-acks": acks, timeout } = command.headers;
  const given = isAbsent(timeout) ? undefined : durationMs(timeout);
  const requested = isAbsent(acks) ? undefined : labelsOfValue(acks);
  const ms = Math.min(given ?? WEBSOCKET_TIMEOUT_MS, WEBSOCKET_TIMEOUT_MS);
  const awaited = combine(command, requested, given, ms);
  if (!awaited.responseRequired && awaited.labels.length > 0) throw acksWithoutResponse();
  return awaited;
}

const isAbsent = (value: DittoHeaders[string] | undefined): value is null | undefined =>
  value === undefined || value === null;

function combine(
  command: Wishes,
  requested: readonly string[] | undefined,
  given: number | undefined,
  timeoutMs: number,
): AwaitedAcks {
  const required = command.headers["response-required"] as boolean | undefined;
  const isZero = given === 0;
  const isWrite = isAcknowledged(command);
  const responseRequired = required ?? !(isZero && isWrite);
  const wanted = isWrite ? labelsFor(requested, required !== false && !isZero) : (requested ?? []);
  if (isZero && (responseRequired || wanted.length > 0)) throw zeroTimeout();
  const shown = isWrite || requested ? shownLabels(wanted) : undefined;
  const labels = isWrite ? wanted : [];
  return { labels, timeoutMs, isTimed: given !== undefined, responseRequired, shown };
}

function labelsFor(requested: readonly string[] | undefined, isResponseWanted: boolean): readonly string[] {
  if (requested) return requested.filter((label) => label !== LIVE_RESPONSE);
  return isResponseWanted ? [TWIN_PERSISTED] : [];
}
