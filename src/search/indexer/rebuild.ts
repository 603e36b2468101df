// Writing things anew, whatever the index holds of them, while it is in use.

import type { SearchStore } from "../store.ts";
import type { AccessRows } from "./access-rows.ts";
import type { IndexerParts } from "./parts.ts";
import { type Steady, Stopped } from "./steady.ts";
import type { ThingChanges } from "./thing-changes.ts";

/** Which things: one, those of a namespace, or all. */
export type RebuildOf = { readonly id: string } | { readonly namespace: string } | "all";

const PAGE = 250;
/** Later than any revision, so that nothing is left of a thing that is not recorded. */
const WHATEVER = Number.MAX_SAFE_INTEGER;

export interface RebuildParts extends Pick<IndexerParts, "listThings"> {
  readonly store: SearchStore;
  readonly things: Pick<ThingChanges, "rewrite" | "settled">;
  readonly access: Pick<AccessRows, "distrust">;
  readonly steady: Steady;
}

/**
 * Writes recorded things, and the rows of who may find them, and takes those from the index that are not recorded;
 * resolves with the number of recorded things once that is done.
 * @throws Stopped when `signal` says so.
 */
export async function rebuild(parts: RebuildParts, of: RebuildOf, signal: AbortSignal): Promise<number> {
  const distrusted = parts.access.distrust();
  try {
    if (of !== "all" && "id" in of) {
      await write(parts, [of.id]);
      return 1;
    }
    return await writeListed(parts, of === "all" ? undefined : of.namespace, signal);
  } finally {
    distrusted.trust();
  }
}

/** Ids that begin with a prefix follow one another in the order of the lists. */
async function writeListed(
  parts: RebuildParts,
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<number> {
  const prefix = namespace === undefined ? "" : `${namespace}:`;
  let things = 0;
  let after: string | undefined = prefix;
  while (after !== undefined) {
    if (signal.aborted) throw new Stopped();
    const from: string = after;
    const listed = await parts.steady.run(() => parts.listThings(from, PAGE));
    const recorded = listed.filter((id) => id.startsWith(prefix));
    const indexed = await parts.steady.run(() => parts.store.listThings(from, PAGE, namespace));
    const ids = merged(recorded, indexed);
    await write(parts, ids);
    const known = new Set(recorded);
    things += ids.filter((id) => known.has(id)).length;
    after = ids.at(-1);
  }
  return things;
}

/** The first of two lists that are in the order of the database, which neither of them goes on behind unseen. */
function merged(some: readonly string[], others: readonly string[]): readonly string[] {
  return [...new Set([...some, ...others])].sort(byCodePoints).slice(0, PAGE);
}

/** The order of UTF-8, as the database has it. */
const byCodePoints = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

async function write({ things }: RebuildParts, ids: readonly string[]): Promise<void> {
  for (const id of ids) while (!things.rewrite(id, WHATEVER)) await things.settled();
  await things.settled();
}
