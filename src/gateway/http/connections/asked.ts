// A request about connections: its headers, and how long its sender waits.

import type { IncomingMessage } from "node:http";
import { commandTimeout, timeoutTooLong } from "../../../dispatch/acks/errors.ts";
import { durationMs } from "../../../protocol/timeout.ts";
import type { DittoHeaders } from "../../../signals/signal.ts";
import { requestHeaders } from "../request-headers.ts";
import type { Target } from "../uri.ts";

export interface Asked {
  readonly incoming: IncomingMessage;
  readonly target: Target;
  readonly headers: DittoHeaders;
  /** Whether a connection is only to be tried. */
  readonly isDryRun: boolean;
  readonly timeoutMs: number;
}

const MAX_WAIT_MS = 60_000;
/** How long a test may take, and the header by which Ditto says so. */
const TEST_MS = 15_000;
const TEST_TIMEOUT = "15000";

/** Reads the headers of a request; refuses them as those of other requests are. */
export function askedBy(incoming: IncomingMessage, target: Target, maxHeaderBytes: number): Asked {
  const query = new URLSearchParams(target.query);
  const isDryRun = incoming.method === "POST" && query.get("dry-run")?.toLowerCase() === "true";
  query.delete("dry-run");
  const headers = requestHeaders(incoming, query, maxHeaderBytes);
  const asked = { incoming, target, isDryRun };
  return isDryRun
    ? { ...asked, headers: { ...headers, "dry-run": true, timeout: TEST_TIMEOUT }, timeoutMs: TEST_MS }
    : { ...asked, headers, timeoutMs: timeoutOf(headers) };
}

function timeoutOf({ timeout }: DittoHeaders): number {
  const ms = timeout === undefined ? MAX_WAIT_MS : durationMs(timeout);
  if (ms > MAX_WAIT_MS) throw timeoutTooLong(String(timeout));
  return ms;
}

/** The outcome of some work, if it comes in time; else it is refused with `command.timeout`, and the work goes on. */
export async function inTime<T>(work: Promise<T>, ms: number): Promise<T> {
  work.catch(() => undefined); // it may fail when nobody waits any more
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(commandTimeout(ms)), ms);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
