// Rows of the journal as the events that were to be published of them.

import type { Journal, JournalRow } from "../../journal/journal.ts";
import type { EntityEvent, EntityKind, EntityState } from "../../signals/signal.ts";
import { eventOf } from "../history/past-pages.ts";
import { rebuild } from "../history/rebuild.ts";
import { follows, type Replay } from "../history/replay.ts";

/** An event with what it is published with: the state that it led to, or that it deleted. */
export interface PublishedPast {
  readonly event: EntityEvent;
  readonly state: EntityState;
}

/**
 * The events of one entity in the order of their rows, which are those of some of its revisions. Headers of commands are not kept, so they
 * have none. Those whose state cannot be told any more are left out. Rejects with JournalUnavailable.
 */
export async function pastOf(
  journal: Journal,
  rules: Replay & { readonly kind: EntityKind },
  id: string,
  rows: readonly JournalRow[],
): Promise<readonly PublishedPast[]> {
  const past: PublishedPast[] = [];
  let state: EntityState | undefined;
  for (const row of rows) {
    const event = eventOf(rules.kind, row);
    if (row.revision > 1 && state?.revision !== row.revision - 1)
      state = (await rebuild(journal, rules, id, { revision: row.revision - 1 }))?.state;
    if (!follows(state, row)) continue;
    const next = rules.apply(state, event, row.revision, row.timestamp);
    past.push({ event, state: next.value ? next : (state ?? next) });
    state = next;
  }
  return past;
}
