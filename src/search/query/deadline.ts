// Work that must be done by a time, and that its caller may give up.

import { durationMs } from "../../protocol/timeout.ts";
import type { DittoHeaders } from "../../signals/signal.ts";
import { QueryCancelled } from "../store.ts";
import { searchTimedOut, searchTookTooLong } from "./errors.ts";

export interface Deadline {
  /** Milliseconds that are left at the beginning. */
  readonly ms: number;
  readonly tooLate: () => Error;
}

/** The time that searches may take, or less where the request says so; a timeout of zero says nothing. */
export function deadlineOf(headers: DittoHeaders, longest: number): Deadline {
  const given = headers.timeout === undefined ? 0 : durationMs(headers.timeout);
  if (given > 0 && given < longest) return { ms: given, tooLate: () => searchTimedOut(given) };
  return { ms: longest, tooLate: () => searchTookTooLong(longest) };
}

/** How long work has, and when it is to be given up: the reason of the signal says why. */
export interface Allowed {
  readonly signal: AbortSignal;
  /** Milliseconds that are left, at least one. */
  left(): number;
  /** What is told when the time is over. */
  tooLate(): Error;
}

/** Gives what the work gives, or rejects as soon as its time is over (408) or `outer` says that nobody waits any more. */
export async function inTime<T>(
  { ms, tooLate }: Deadline,
  outer: AbortSignal | undefined,
  work: (allowed: Allowed) => Promise<T>,
): Promise<T> {
  const end = performance.now() + ms;
  const controller = new AbortController();
  const { signal } = controller;
  const stopped = Promise.withResolvers<never>();
  signal.addEventListener("abort", () => stopped.reject(signal.reason));
  const leave = () => controller.abort(new QueryCancelled("Nobody waits for the search any more."));
  const timer = setTimeout(() => controller.abort(tooLate()), ms);
  outer?.addEventListener("abort", leave);
  try {
    if (outer?.aborted) leave();
    const left = () => Math.max(1, end - performance.now());
    return await Promise.race([stopped.promise, work({ signal, left, tooLate })]);
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener("abort", leave);
  }
}
