// What a caller waits for: the headers `requested-acks`, `response-required` and `timeout`, which count only together.

import { durationMs } from "../../protocol/timeout.ts";
import type { Command } from "../../signals/signal.ts";
import { acksWithoutResponse, timeoutTooLong, zeroTimeout } from "./errors.ts";
import { LIVE_RESPONSE, shownLabels, TWIN_PERSISTED } from "./labels.ts";

/** How long an HTTP request waits at most, and when it does not say. */
const HTTP_TIMEOUT_MS = 60_000;
/** The same of a command over a WebSocket, where longer timeouts are cut instead of refused. */
const WEBSOCKET_TIMEOUT_MS = 65_000;

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

/** Whether more is awaited than the response of the command. */
export const awaitsOthers = ({ labels }: AwaitedAcks): boolean =>
  labels.length > 1 || (labels.length === 1 && labels[0] !== TWIN_PERSISTED);

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

const saysNothing = ({ headers }: Wishes): boolean =>
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
  return combine(command, given, given ?? HTTP_TIMEOUT_MS);
}

/**
 * What a command over a WebSocket waits for. Refuses with `header.invalid`; these refusals are told even to who
 * requires no response.
 */
export function awaitedOverWebSocket(command: Wishes): AwaitedAcks {
  if (saysNothing(command))
    return isAcknowledged(command) ? webSocketDefaults.write : webSocketDefaults.other;
  const { timeout } = command.headers;
  const given = timeout === undefined ? undefined : durationMs(timeout);
  const awaited = combine(command, given, Math.min(given ?? WEBSOCKET_TIMEOUT_MS, WEBSOCKET_TIMEOUT_MS));
  if (!awaited.responseRequired && awaited.labels.length > 0) throw acksWithoutResponse();
  return awaited;
}

function combine(command: Wishes, given: number | undefined, timeoutMs: number): AwaitedAcks {
  const requested = command.headers["requested-acks"] as readonly string[] | undefined;
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
