// Trying again what may succeed.
//
// The delays are cockatiel's, with jitter; its loop is not used, since it waits on when it is aborted.

import { setTimeout as later } from "node:timers/promises";
import { ExponentialBackoff } from "cockatiel";
import { ServerFault } from "./faults.ts";

const delays = new ExponentialBackoff({ initialDelay: 50, maxDelay: 2_000 });
/** Who wants to be left alone for longer is not waited for. */
const MAX_WAIT_MS = 2_000;

/** Does the work, and again up to so many times where it rejects with a {@link ServerFault} that may pass. Rejects with the last fault, or with the reason of the signal. */
export async function retrying<T>(work: () => Promise<T>, retries: number, signal: AbortSignal): Promise<T> {
  let delay = delays.next();
  for (let left = retries; ; left--) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ServerFault) || !error.mayPass || left <= 0) throw error;
      if (error.afterMs > MAX_WAIT_MS) throw error;
      await pause(Math.max(delay.duration, error.afterMs), signal);
      delay = delay.next(undefined);
    }
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await later(ms, undefined, { signal }).catch(() => undefined);
  signal.throwIfAborted();
}
