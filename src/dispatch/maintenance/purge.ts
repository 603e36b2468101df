// Erasing what is stored of a blocked namespace, bit by bit and not in anybody's way.

import { setTimeout } from "node:timers/promises";
import type { Database } from "../../journal/database.ts";
import { hasSome, PURGE_ROWS, type PurgedType, purgeSome, purgeSteps } from "./stored/purge-statements.ts";

/** Rows that were deleted, by what they were of. */
export type Purged = Readonly<Record<PurgedType, number>>;

/** For each statement the database has this many times as long for others. */
const REST_FACTOR = 1;

/**
 * Deletes all rows of a namespace, which must be blocked everywhere and noted as being erased. What is left when it fails, or `signal`
 * says so, the next call goes on with; others may be at it as well.
 * @throws DatabaseError, and the signal's reason.
 */
export async function purgeNamespace(
  { background }: Pick<Database, "background">,
  namespace: string,
  signal: AbortSignal,
): Promise<Purged> {
  const gone = { thing: 0, policy: 0, "thing-search": 0 };
  for (const step of purgeSteps) {
    let isMore: boolean;
    do {
      signal.throwIfAborted();
      const begun = performance.now();
      const rows = await purgeSome(background, step, namespace);
      gone[step.of] += rows;
      if (rows > 0) await setTimeout((performance.now() - begun) * REST_FACTOR, undefined, { signal });
      // Fewer may have been deleted since somebody else deleted them first.
      isMore = rows === PURGE_ROWS || (await hasSome(background, step, namespace));
    } while (isMore);
  }
  return gone;
}

/** What two calls deleted. */
export const added = (one: Purged, other: Purged): Purged => ({
  thing: one.thing + other.thing,
  policy: one.policy + other.policy,
  "thing-search": one["thing-search"] + other["thing-search"],
});
