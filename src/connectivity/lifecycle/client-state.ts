// The states of one client of a connection, and what leads from one to the next. Nothing is done here.
//
//   connecting ──connected──► open ──lost──► waiting ──waited──► connecting …
//       │ failed                                ▲  │ no more tries, or no failover
//       └───────────────────────────────────────┘  └──► resting
//   any ──close──► closing ──closed──► closed

import { afterBackoff, afterOpen, mayRetry, nextTry, noRetries, type Retries } from "./retries.ts";
import type { RetrySettings } from "./settings.ts";

export type LiveStatus = "open" | "closed" | "failed" | "misconfigured" | "unknown";
export type RecoveryStatus = "ongoing" | "succeeded" | "backOffLimitReached" | "unknown";

export interface ClientState {
  readonly phase: "connecting" | "open" | "waiting" | "resting" | "closing" | "closed";
  readonly status: LiveStatus;
  readonly recovery: RecoveryStatus;
  readonly details: string;
  /** Milliseconds since the epoch at which it was made, or opened last. */
  readonly since: number;
  readonly retries: Retries;
}

export type ClientEvent =
  | { readonly is: "connected" }
  /** The attempt failed, or what was open is lost. */
  | { readonly is: "failed"; readonly reason: string; readonly isMisconfigured: boolean }
  /** The attempt took too long. */
  | { readonly is: "timedOut" }
  /** The wait before an attempt is over. */
  | { readonly is: "waited" }
  | { readonly is: "close" }
  | { readonly is: "closed" };

/** What is to be done next. */
export type ClientEffect =
  | { readonly to: "connect"; readonly timeoutMs: number }
  | { readonly to: "wait"; readonly ms: number }
  | { readonly to: "disconnect" }
  | { readonly to: "nothing" };

export type ClientStep = readonly [state: ClientState, effect: ClientEffect];

export interface ClientRules extends RetrySettings {
  readonly failoverEnabled: boolean;
}

/** The first attempt. */
export const beginClient = (now: number, rules: ClientRules): ClientStep => [
  {
    ...{ phase: "connecting", status: "unknown", recovery: "unknown", details: "initialized" },
    ...{ since: now, retries: noRetries(rules) },
  },
  { to: "connect", timeoutMs: rules.connectingMinTimeoutMs },
];

/** What an event leads to; one that does not belong to the state changes nothing. */
export function stepClient(
  state: ClientState,
  event: ClientEvent,
  now: number,
  rules: ClientRules,
): ClientStep {
  switch (event.is) {
    case "connected":
      return state.phase === "connecting" ? [opened(state, now, rules), nothing] : [state, nothing];
    case "failed":
      return state.phase === "connecting" || state.phase === "open"
        ? afterFailure(state, event, now, rules)
        : [state, nothing];
    case "timedOut":
      return state.phase === "connecting" ? afterTimeout(state, now, rules) : [state, nothing];
    case "waited":
      return state.phase === "waiting" ? tryAgain(state, now, rules) : [state, nothing];
    case "close":
      return state.phase === "closing" || state.phase === "closed"
        ? [state, nothing]
        : [{ ...state, phase: "closing", details: `closing since ${instant(now)}` }, { to: "disconnect" }];
    case "closed":
      return [closed(state, now), nothing];
  }
}

const nothing: ClientEffect = { to: "nothing" };
const instant = (now: number): string => new Date(now).toISOString();

const opened = (state: ClientState, now: number, rules: ClientRules): ClientState => ({
  ...{ ...state, phase: "open", status: "open", recovery: "succeeded" },
  ...{ details: "CONNECTED", since: now, retries: afterOpen(rules) },
});

const closed = (state: ClientState, now: number): ClientState => ({
  ...{ ...state, phase: "closed", status: "closed", recovery: "unknown" },
  details: `Disconnected at ${instant(now)}`,
});

function afterFailure(
  state: ClientState,
  { reason, isMisconfigured }: Extract<ClientEvent, { is: "failed" }>,
  now: number,
  rules: ClientRules,
): ClientStep {
  const status = isMisconfigured ? "misconfigured" : "failed";
  const details = `${reason.endsWith(".") ? reason : `${reason}.`} At ${instant(now)}`;
  const failed = { ...state, status, details } as const;
  if (!rules.failoverEnabled) return [{ ...failed, phase: "resting", recovery: "unknown" }, nothing];
  if (!mayRetry(state.retries)) return [atLimit(failed), nothing];
  const retries = afterBackoff(state.retries);
  const wait = { to: "wait", ms: state.retries.backoffMs } as const;
  return [{ ...failed, phase: "waiting", recovery: "ongoing", retries }, wait];
}

const atLimit = (state: ClientState): ClientState => ({
  ...{ ...state, phase: "resting", recovery: "backOffLimitReached" },
  details: `${state.details} There were too many attempts: no more are made.`,
});

function afterTimeout(state: ClientState, now: number, rules: ClientRules): ClientStep {
  const details = `Connecting took too long at ${instant(now)}.`;
  if (!rules.failoverEnabled)
    return [{ ...state, phase: "resting", status: "failed", recovery: "unknown", details }, nothing];
  if (!mayRetry(state.retries)) return [atLimit({ ...state, details }), nothing];
  return tryAgain({ ...state, details: `${details} Another attempt is made.` }, now, rules);
}

function tryAgain(state: ClientState, now: number, rules: ClientRules): ClientStep {
  const retries = nextTry(state.retries, now, rules);
  return [
    { ...state, phase: "connecting", retries },
    { to: "connect", timeoutMs: retries.timeoutMs },
  ];
}
