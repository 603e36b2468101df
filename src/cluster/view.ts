// Who is in the cluster, as the members agree on it: what the record `view` holds, and what follows from it and from the
// records of the leases. Pure.

import type { Member } from "./cluster.ts";

/** A member in a view. One that was put out and came back has another `since`. */
export interface Seat extends Member {
  /** The epoch with which it came in. */
  readonly since: number;
}

export interface Departure {
  readonly id: string;
  readonly since: number;
  /** The epoch with which it was out. */
  readonly at: number;
  readonly isCrashed: boolean;
}

export interface View {
  readonly epoch: number;
  /** In the order in which they came. */
  readonly members: readonly Seat[];
  /** The last that went; whoever missed a view learns here how they went. */
  readonly departed: readonly Departure[];
}

/** What is known of the lease of a member. */
export interface LeaseRecord {
  /** The newest epoch for which it has let go of what it does not own any more; 0 where it serves nothing. */
  readonly adopted: number;
  /** It holds no lease, and will not by this record. */
  readonly isDead: boolean;
}

const KEPT_DEPARTURES = 64;

/** The view with a member in it, at the end; `undefined` where it has that very seat. Epochs are above `floor`. */
export function withMember(view: View | undefined, member: Member, floor: number): View {
  const epoch = Math.max(view?.epoch ?? 0, floor) + 1;
  const others = (view?.members ?? []).filter(({ id }) => id !== member.id);
  const seat = { id: member.id, name: member.name, since: epoch };
  return { epoch, members: [...others, seat], departed: view?.departed ?? [] };
}

/** The view without some seats; `undefined` where it has none of them. */
export function without(
  view: View | undefined,
  seats: readonly Seat[],
  isCrashed: boolean,
): View | undefined {
  const out = view?.members.filter((seat) => seats.some((gone) => isSame(gone, seat))) ?? [];
  if (!view || out.length === 0) return undefined;
  const epoch = view.epoch + 1;
  const departed = out.map(({ id, since }) => ({ id, since, at: epoch, isCrashed }));
  return {
    epoch,
    members: view.members.filter((seat) => !out.includes(seat)),
    departed: [...view.departed, ...departed].slice(-KEPT_DEPARTURES),
  };
}

export const isSame = (one: Seat, other: Seat): boolean => one.id === other.id && one.since === other.since;

/** Who went and who came between two views. One that went without a word, and one of which it is not known, crashed. */
export function changesOf(before: View | undefined, after: View) {
  const old = before?.members ?? [];
  const gone = old
    .filter((seat) => !after.members.some((other) => isSame(seat, other)))
    .map((seat) => {
      const departure = after.departed.find(({ id, since }) => id === seat.id && since === seat.since);
      return { seat, isCrashed: departure?.isCrashed ?? true };
    });
  return { gone, joined: after.members.filter((seat) => !old.some((other) => isSame(seat, other))) };
}

/**
 * Who keeps a member from serving what it gained with the newest view it knows: all others of the view that have not let go
 * yet, and whoever is not in it and may still serve what he had in an earlier one. Who has adopted a later epoch knows a view that is still to come,
 * so he is waited for too.
 */
export function awaitedFor(view: View, leases: ReadonlyMap<string, LeaseRecord>, self: string): string[] {
  const seated = view.members.filter(({ id }) => !leases.has(id)).map(({ id }) => id);
  const holding = [...leases]
    .filter(([, lease]) => !lease.isDead && lease.adopted !== view.epoch)
    .filter(([id, lease]) => lease.adopted > 0 || view.members.some((seat) => seat.id === id));
  return [...seated, ...holding.map(([id]) => id)].filter((id) => id !== self);
}

export const printView = (view: View): string => JSON.stringify(view);

/** Throws where it is none. */
export function parseView(text: string): View {
  const view = JSON.parse(text) as View;
  if (!Number.isSafeInteger(view?.epoch) || !Array.isArray(view.members) || !Array.isArray(view.departed))
    throw new Error("The record of the members of the cluster is none; is its name used by something else?");
  return view;
}
