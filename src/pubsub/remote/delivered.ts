// Which events of which things have been delivered lately, so that none is delivered twice, and none that was left out before others were
// lost.

import { namespaceOf } from "../../base/ids.ts";

/** How many things, and for how long at least while something is delivered, in each of two generations. */
const THINGS = 50_000;
const AGE_MS = 60_000;
/** A pause counts as no longer than this: while nothing comes nothing is forgotten either. */
const PAUSE_MS = 1_000;
/** Events of one thing that were left out between others; of more, the oldest are forgotten, and count as delivered. */
const HOLES = 1_000;

/** Revisions from the first to the last, but for those between that did not come. */
interface Seen {
  first: number;
  last: number;
  /** When something of it was delivered for the last time, by the monotonic clock. */
  at: number;
  /** Each with when it was left out. */
  holes: Map<number, number> | undefined;
}

export interface Delivered {
  /** Notes that an event is delivered. */
  add(id: string, revision: number): void;
  has(id: string, revision: number): boolean;
  /** The newest event of a thing that was delivered since a time, by the monotonic clock. */
  newestSince(id: string, since: number): number | undefined;
  /**
   * Whether an event was not delivered, though it should perhaps have been: where a newer one of its thing was delivered before, only if it
   * was left out then since a time, by the monotonic clock, and not at all without one. It may have been nothing for here.
   */
  isMissing(id: string, revision: number, leftOutSince: number | undefined): boolean;
  /** Forgets the things of a namespace. */
  forgetNamespace(namespace: string): void;
}

export function delivered(now: () => number = () => performance.now()): Delivered {
  let young = new Map<string, Seen>();
  let old = new Map<string, Seen>();
  let age = 0;
  let last = now();

  function grow(time: number): void {
    age += Math.min(time - last, PAUSE_MS);
    last = time;
    if (age < AGE_MS && young.size < THINGS) return;
    old = young;
    young = new Map();
    age = 0;
  }

  const find = (id: string): Seen | undefined => young.get(id) ?? old.get(id);

  function has(id: string, revision: number): boolean {
    const seen = find(id);
    return !!seen && revision >= seen.first && revision <= seen.last && !seen.holes?.has(revision);
  }

  return {
    add(id, revision) {
      const time = now();
      grow(time);
      const seen = find(id) ?? { first: revision, last: revision, at: time, holes: undefined };
      seen.at = time;
      young.set(id, seen);
      note(seen, revision, time);
    },
    has,
    newestSince(id, since) {
      const seen = find(id);
      return seen && seen.at >= since ? seen.last : undefined;
    },
    isMissing(id, revision, leftOutSince) {
      const seen = find(id);
      if (!seen || revision > seen.last) return true;
      if (leftOutSince === undefined) return false;
      return (seen.holes?.get(revision) ?? Number.NEGATIVE_INFINITY) > leftOutSince;
    },
    forgetNamespace(namespace) {
      for (const things of [young, old])
        for (const id of things.keys()) if (namespaceOf(id) === namespace) things.delete(id);
    },
  };
}

function note(seen: Seen, revision: number, time: number): void {
  if (revision > seen.last) {
    leaveOut(seen, seen.last + 1, revision, time);
    seen.last = revision;
  } else if (revision < seen.first) {
    leaveOut(seen, revision + 1, seen.first, time);
    seen.first = revision;
  } else seen.holes?.delete(revision);
}

function leaveOut(seen: Seen, from: number, to: number, time: number): void {
  if (from >= to) return;
  seen.holes ??= new Map();
  for (let revision = Math.max(from, to - HOLES); revision < to; revision++) seen.holes.set(revision, time);
  for (const revision of seen.holes.keys()) {
    if (seen.holes.size <= HOLES) return;
    seen.holes.delete(revision);
  }
}
