// Writing things anew, whatever the index holds of them, while it is in use.

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
  readonly things: Pick<ThingChanges, "rewrite" | "settled">;
  readonly access: Pick<AccessRows, "distrust">;
  readonly steady: Steady;
}

/**
 * Writes recorded things, and the rows of who may find them; resolves with the number of things once that is done. Of
 * what is not recorded, only a thing that is named by its id goes from the index.
 * @throws Stopped when `signal` says so.
 */
export async function rebuild(parts: RebuildParts, of: RebuildOf, signal: AbortSignal): Promise<number> {
  const distrusted = parts.access.distrust();
  try {
    if (of !== "all" && "id" in of) return await write(parts, [of.id]);
    return await writeListed(parts, of === "all" ? "" : `${of.namespace}:`, signal);
  } finally {
    distrusted.trust();
  }
}

/** Ids that begin with a prefix follow one another in the order of the list. */
async function writeListed(parts: RebuildParts, prefix: string, signal: AbortSignal): Promise<number> {
  let things = 0;
  let after: string | undefined = prefix;
  while (after !== undefined) {
    if (signal.aborted) throw new Stopped();
    const from: string = after;
    const page = await parts.steady.run(() => parts.listThings(from, PAGE));
    const ids = page.filter((id) => id.startsWith(prefix));
    things += await write(parts, ids);
    after = ids.length < PAGE ? undefined : ids.at(-1);
  }
  return things;
}

async function write({ things }: RebuildParts, ids: readonly string[]): Promise<number> {
  for (const id of ids) things.rewrite(id, WHATEVER);
  await things.settled();
  return ids.length;
}
