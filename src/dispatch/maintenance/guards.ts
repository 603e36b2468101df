// Blocked namespaces at the entrances to entities, and, for what began before or goes on by itself, before the journal.

import { getKey, isObject, type JsonValue } from "../../base/json/json.ts";
import { type Journal, JournalUnavailable } from "../../journal/journal.ts";
import type { Command } from "../../signals/signal.ts";
import type { Dispatch } from "../dispatcher.ts";
import type { OpenPast } from "../history/past-events.ts";
import type { PastStates } from "../history/past-states.ts";
import type { Live } from "../live/live.ts";
import type { ActOnPolicy } from "../policy-actions.ts";
import type { BlockedNamespaces } from "./blocked-namespaces.ts";

/** The ways to an entity. */
export interface Entrances {
  readonly dispatch: Dispatch;
  readonly act: ActOnPolicy;
  readonly live: Live;
  readonly openPast: OpenPast;
  readonly pastStates: PastStates;
}

/** The same, closed to entities of blocked namespaces: 409. With nothing blocked each costs one look more. */
export function blockable(inner: Entrances, blocked: BlockedNamespaces): Entrances {
  const guarded = <T>(ids: readonly string[], run: () => Promise<T>) => unlessBlocked(blocked, ids, run);
  const { live } = inner;
  return {
    dispatch: blockedDispatch(inner.dispatch, blocked),
    act: (asked) => (blocked.isQuiet ? inner.act(asked) : guarded([asked.id], () => inner.act(asked))),
    live: {
      send: (signal, ...how) =>
        blocked.isQuiet ? live.send(signal, ...how) : guarded([signal.id], () => live.send(signal, ...how)),
      retrieveSmart: (command, ...how) =>
        blocked.isQuiet
          ? live.retrieveSmart(command, ...how)
          : guarded([command.id], () => live.retrieveSmart(command, ...how)),
      answer: (answer) => live.answer(answer),
    },
    openPast: (kind, id, ...how) =>
      blocked.isQuiet
        ? inner.openPast(kind, id, ...how)
        : guarded([id], () => inner.openPast(kind, id, ...how)),
    async *pastStates(thingId, ...how) {
      await blocked.settled();
      blocked.check(thingId);
      yield* inner.pastStates(thingId, ...how);
    },
  };
}

/** A dispatcher that is closed to entities of blocked namespaces. */
export const blockedDispatch =
  (dispatch: Dispatch, blocked: BlockedNamespaces): Dispatch =>
  (command, origin) =>
    blocked.isQuiet
      ? dispatch(command, origin)
      : unlessBlocked(blocked, namedBy(command), () => dispatch(command, origin));

/** Runs what is about these entities, once it is known what is blocked. */
async function unlessBlocked<T>(
  blocked: BlockedNamespaces,
  ids: readonly string[],
  run: () => Promise<T>,
): Promise<T> {
  await blocked.settled();
  for (const id of ids) blocked.check(id);
  return run();
}

/** The entity of a command, and the policies that it creates or copies beside it. */
function namedBy({ kind, id, action, path, value }: Command): readonly string[] {
  if (kind !== "thing" || action === "retrieve" || path.length > 0 || !isObject(value)) return [id];
  const inline = getKey(value, "_policy");
  const others: readonly (JsonValue | undefined)[] = [
    getKey(value, "policyId"),
    getKey(value, "_copyPolicyFrom"),
    isObject(inline) ? getKey(inline, "policyId") : undefined,
  ];
  return [id, ...others.filter((other) => typeof other === "string")];
}

/**
 * A journal that takes nothing of entities in blocked namespaces, so that nothing comes back that was erased: appends fail
 * as when the database is away, and snapshots, which can be made again, are left out.
 */
export function blockableJournal(journal: Journal, blocked: BlockedNamespaces): Journal {
  const isBlocked = ({ kind, id }: { readonly kind: string; readonly id: string }): boolean =>
    (kind === "thing" || kind === "policy") && blocked.has(id);
  return {
    ...journal,
    append(rows, settled) {
      if (!blocked.isQuiet && rows.some(isBlocked))
        settled(new JournalUnavailable("Its namespace is blocked."));
      else journal.append(rows, settled);
    },
    async storeSnapshots(rows) {
      await journal.storeSnapshots(blocked.isQuiet ? rows : rows.filter((row) => !isBlocked(row)));
    },
  };
}
