// A prediction that the model could not make is tried again with growing pauses, and given up after a while.

import type { ModelFault } from "../models/scoring.ts";
import type { Pending, Work } from "./queue.ts";

const retrying = { leastMs: 1_000, mostMs: 60_000, forMs: 600_000 };

/** What has failed is pending again; unless something newer is by now, or it has failed for too long. */
export function tryAgain(work: Work, pending: Pending): void {
  const now = performance.now();
  const { since, attempts } = work.failed ?? { since: now, attempts: 0 };
  const isGivenUp = now - since > retrying.forMs;
  const isLast = work.pending !== undefined || isGivenUp;
  work.failed = isLast ? undefined : { since, attempts: attempts + 1 };
  if (isLast && !work.pending) return;
  work.pending ??= pending;
  const waitMs = isLast ? retrying.leastMs : Math.min(retrying.leastMs * 2 ** attempts, retrying.mostMs);
  work.notBefore = Date.now() + waitMs;
}

/** What is newer takes the place of what has failed, and need not wait as long. */
export function takePlace(work: Work, pending: Pending): void {
  work.pending = pending;
  if (!work.failed) return;
  work.failed = undefined;
  work.notBefore = Math.min(work.notBefore, Date.now() + retrying.leastMs);
}

/** Whether the model may give an answer later. */
export const isPassing = ({ reason }: ModelFault): boolean =>
  reason === "unavailable" || reason === "timeout" || reason === "overloaded";
