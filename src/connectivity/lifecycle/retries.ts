// How long attempts may take, and how long to wait between them: twice as long each time, up to a limit.

import type { RetrySettings } from "./settings.ts";

export interface Retries {
  /** Milliseconds that the attempt before may have taken. */
  readonly timeoutMs: number;
  /** Milliseconds to wait after the next failure. */
  readonly backoffMs: number;
  readonly tries: number;
  /** When the last attempt began, in milliseconds since the epoch. */
  readonly lastAt: number | undefined;
}

export const noRetries = ({ connectingMinTimeoutMs, minBackoffMs }: RetrySettings): Retries => ({
  timeoutMs: connectingMinTimeoutMs,
  backoffMs: minBackoffMs,
  tries: 0,
  lastAt: undefined,
});

export const mayRetry = ({ tries }: Retries, { connectingMaxTries }: RetrySettings): boolean =>
  tries < connectingMaxTries;

/** After a failure: the wait before the next attempt is what `backoffMs` said. */
export const afterBackoff = (retries: Retries, { maxBackoffMs }: RetrySettings): Retries => ({
  ...retries,
  backoffMs: Math.min(maxBackoffMs, retries.backoffMs * 2),
});

/** Begins another attempt; one that comes long after the one before counts as the first. */
export function nextTry(retries: Retries, now: number, settings: RetrySettings): Retries {
  const { connectingMaxTimeoutMs, maxBackoffMs } = settings;
  const isLongAgo =
    retries.lastAt !== undefined && now - retries.lastAt > 2 * (connectingMaxTimeoutMs + maxBackoffMs);
  const from = isLongAgo ? noRetries(settings) : retries;
  return {
    ...from,
    timeoutMs: Math.min(connectingMaxTimeoutMs, from.timeoutMs * 2),
    tries: from.tries + 1,
    lastAt: now,
  };
}
