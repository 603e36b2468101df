// The past of an entity as events: who may read it, and from where to where it goes.

import type { Path } from "../../base/json/pointer.ts";
import type { Recorded } from "../../journal/journal.ts";
import type { Access } from "../../policies/enforcer.ts";
import type { Command, EntityKind } from "../../signals/signal.ts";
import { enforcerFor } from "../execute.ts";
import { load, orUnavailable, type Parts } from "../ready.ts";
import type { OpenPast, PastRange } from "./past-events.ts";
import { pastFilter } from "./past-filter.ts";
import { type PastRows, pastPages } from "./past-pages.ts";
import { inPastTurn } from "./past-turns.ts";

/** Opens the pasts of what `parts` hold. */
export function openPast(parts: Parts): OpenPast {
  return async (kind, id, range, auth, headers) => {
    const path = range.path ?? [];
    const wants = kind === "thing" && range.filter !== undefined ? pastFilter(range.filter) : undefined;
    const command: Command = { kind, id, action: "retrieve", path, headers, auth };
    const store = kind === "thing" ? parts.things : parts.policies;
    const { held, policy } = await load(parts, command, store);
    const now = held.committed;
    const enforcer = now?.value && enforcerFor(parts, command, now, policy);
    const access = enforcer?.forSubjects(auth.subjects);
    if (!now || !access || !mayRead(access, kind, path)) throw store.rules.notFound(id);
    const read = <T>(task: () => Promise<T>) =>
      orUnavailable(command, store, () => inPastTurn(parts.journal, task));
    const before = (time: number) => read(() => parts.journal.loadAt(kind, id, { before: time }, 1));
    const rows = await rowsOf(range, now.revision, before);
    return pastPages({ kind, id, rows, access, wants, journal: parts.journal, read });
  };
}

/** As Ditto has it: all of a thing must be readable, of a policy something. */
const mayRead = (access: Access, kind: EntityKind, path: Path): boolean =>
  kind === "thing" ? access.hasUnrestricted(kind, path, "READ") : access.hasPartial(kind, path, "READ");

/** Where the rows begin and end; times are found from the newest snapshot before them on. */
async function rowsOf(
  { fromRevision = 0, toRevision, fromTimestamp, toTimestamp }: PastRange,
  newest: number,
  before: (time: number) => Promise<Recorded>,
): Promise<PastRows> {
  const first = fromRevision < 0 ? newest + fromRevision + 1 : fromRevision;
  const to = toRevision ?? newest;
  const last = Math.min(to <= 0 ? newest + to : to, newest);
  const times = { since: fromTimestamp ?? 0, until: toTimestamp ?? Number.POSITIVE_INFINITY };
  if (fromTimestamp === undefined || first > last) return { first, last, ...times };
  const { snapshot } = await before(fromTimestamp);
  return { first: Math.max(first, snapshot?.revision ?? 0), last, ...times };
}
