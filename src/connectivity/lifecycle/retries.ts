// How long attempts may take, and how long to wait between them: twice as long each time, up to a limit. What was open once may be
// made again sooner, and without an end.

import type { RetrySettings } from "./settings.ts";

export interface Retries {
  /** Milliseconds that the attempt before may have taken. */
  readonly timeoutMs: number;
  /** Milliseconds to wait after the next failure. */
  readonly backoffMs: number;
  readonly maxBackoffMs: number;
  readonly mostTries: number;
  readonly tries: number;
  /** When the last attempt began, in milliseconds since the epoch. */
  readonly lastAt: number | undefined;
}

/** The wait that follows where there was none. */
const AFTER_NONE_MS = 100;

export const noRetries = (settings: RetrySettings): Retries => ({
  timeoutMs: settings.connectingMinTimeoutMs,
  backoffMs: settings.minBackoffMs,
  maxBackoffMs: settings.maxBackoffMs,
  mostTries: settings.connectingMaxTries,
  tries: 0,
  lastAt: undefined,
});

/** Once it was open. */
export const afterOpen = (settings: RetrySettings): Retries => ({
  ...noRetries(settings),
  ...(settings.afterLoss && {
    backoffMs: settings.afterLoss.minBackoffMs,
    maxBackoffMs: settings.afterLoss.maxBackoffMs,
    mostTries: Number.POSITIVE_INFINITY,
  }),
});

export const mayRetry = ({ tries, mostTries }: Retries): boolean => tries < mostTries;

/** After a failure: the wait before the next attempt is what `backoffMs` said. */
export const afterBackoff = (retries: Retries): Retries => ({
  ...retries,
  backoffMs: Math.min(retries.maxBackoffMs, retries.backoffMs * 2 || AFTER_NONE_MS),
});

/** Begins another attempt; one that comes long after the one before counts as the first. */
export function nextTry(retries: Retries, now: number, settings: RetrySettings): Retries {
  const { connectingMaxTimeoutMs } = settings;
  const maxBackoffMs = Math.max(settings.maxBackoffMs, retries.maxBackoffMs);
  const isLongAgo =
    retries.lastAt !== undefined && now - retries.lastAt > 2 * (connectingMaxTimeoutMs + maxBackoffMs);
  const from = isLongAgo ? anew(retries, settings) : retries;
  return {
    ...from,
    timeoutMs: Math.min(connectingMaxTimeoutMs, from.timeoutMs * 2),
    tries: from.tries + 1,
    lastAt: now,
  };
}

/** What may be made again without an end still may. */
const anew = ({ mostTries }: Retries, settings: RetrySettings): Retries =>
  Number.isFinite(mostTries) ? noRetries(settings) : afterOpen(settings);
