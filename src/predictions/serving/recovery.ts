// What was missed: things whose events are not all taken in are found page by page, after a crash and after too much at once.

import { setTimeout as sleep } from "node:timers/promises";
import type { PredictorStore } from "../stored/predictor-store.ts";

export interface RecoveryParts {
  readonly store: Pick<PredictorStore, "behind">;
  readonly predictorId: string;
  readonly namespaces: readonly string[] | undefined;
  /** Milliseconds since the epoch: earlier events of things that nothing is known of do not count. */
  readonly since: number;
  /** Whether more things may wait now. */
  hasRoom(): boolean;
  /** Has a thing caught up with. */
  behind(thingId: string): void;
  onError(error: unknown): void;
  readonly stop: AbortSignal;
}

const PAGE = 200;
/** How often is looked whether there is room, and how long is waited after a fault. */
const ROOM_MS = 50;
const FAULT_MS = 2_000;

/** Goes through the things once, as fast as they are caught up with; resolves early once stopped. Never rejects. */
export async function recover(parts: RecoveryParts): Promise<void> {
  const { store, predictorId, namespaces, since, stop } = parts;
  let after: string | undefined = "";
  while (after !== undefined && !stop.aborted) {
    try {
      const { thingIds, last } = await store.behind(predictorId, namespaces, since, after, PAGE);
      for (const thingId of thingIds) {
        while (!parts.hasRoom() && !stop.aborted) await pause(ROOM_MS);
        if (stop.aborted) return;
        parts.behind(thingId);
      }
      after = last;
    } catch (error) {
      parts.onError(error);
      await pause(FAULT_MS);
    }
  }
}

const pause = (ms: number): Promise<void> => sleep(ms, undefined, { ref: false });
