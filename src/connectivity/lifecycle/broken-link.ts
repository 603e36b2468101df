import type { Connection } from "../model.ts";
import { failureOf } from "./attempt.ts";
import type { ClientState } from "./client-state.ts";
import type { Link } from "./link.ts";

/** What stands for a connection whose configuration cannot be used (any more): it says so, and nothing else. */
export function brokenLink(
  connection: Connection,
  indices: readonly number[],
  error: unknown,
  now: number,
): Link {
  const state: ClientState = {
    ...{ phase: "resting", status: "misconfigured", recovery: "unknown", details: failureOf(error).reason },
    ...{
      since: now,
      retries: { timeoutMs: 0, backoffMs: 0, maxBackoffMs: 0, mostTries: 0, tries: 0, lastAt: undefined },
    },
  };
  return {
    connection,
    opened: Promise.resolve(),
    views: () => [{ index: indices[0] ?? 0, state, addresses: new Map() }],
    place: () => Promise.resolve(),
    divert: () => false,
    close: () => Promise.resolve(),
  };
}
