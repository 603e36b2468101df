// Erasing what is stored of a blocked namespace, bit by bit and not in anybody's way.

import { setTimeout } from "node:timers/promises";
import type { Database } from "../../journal/database.ts";
import { PURGE_ROWS, type PurgedType, purgeSome, purgeSteps } from "./stored/purge-statements.ts";

/** Rows that were deleted, by what they were of. */
export type Purged = Readonly<Record<PurgedType, number>>;

/** For each statement the database has this many times as long for others. */
const REST_FACTOR = 1;

/**
 * Deletes all rows of a namespace, which must be blocked everywhere. What is left when it fails, or `signal` says so, the next
 * call goes on with.
 * @throws DatabaseError, and the signal's reason.
 */
export async function purgeNamespace(
  { background }: Pick<Database, "background">,
  namespace: string,
  signal: AbortSignal,
): Promise<Purged> {
  const gone = { thing: 0, policy: 0, "thing-search": 0 };
  for (const step of purgeSteps) {
    let rows: number;
    do {
      signal.throwIfAborted();
      const begun = performance.now();
      rows = await purgeSome(background, step, namespace);
      gone[step.of] += rows;
      if (rows > 0) await setTimeout((performance.now() - begun) * REST_FACTOR, undefined, { signal });
    } while (rows === PURGE_ROWS);
  }
  return gone;
}
