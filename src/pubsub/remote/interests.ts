// What this member's sessions want to be told of, as the other members have to know it; and what theirs want.

import type { Cluster } from "../../cluster/cluster.ts";
import { addressesOf } from "../addresses.ts";
import type { Stream, Subscription } from "../delivery.ts";
import { streamOf } from "../pubsub.ts";
import type { Signal } from "../said.ts";
import type { Facts, SharedFacts } from "./facts.ts";

/** What a member needs of a signal: nothing, the signal, or the state of its thing as well. */
export const NOTHING = 0;
export const SIGNAL = 1;
export const WITH_STATE = 2;
export type Need = typeof NOTHING | typeof SIGNAL | typeof WITH_STATE;

interface Count {
  all: number;
  withState: number;
}

export interface OwnInterests {
  /** Counts a subscription until the function that it gives is called. */
  add(wish: Wish): () => void;
  /** Whether somebody listens to a stream. */
  has(stream: Stream): boolean;
}

/** What somebody wants, whoever it is. */
export type Wish = Omit<Subscription, "subscriber">;

/** Those about single things or boxes stand under their addresses, all others with their subjects. */
const kindOf = ({ stream, selection }: Wish): string => (selection.about ? `${stream} about` : stream);

/** Counts who wants what, and puts among the facts what somebody wants. */
export function ownInterests(facts: Pick<SharedFacts, "put" | "drop">): OwnInterests {
  const counts = new Map<string, Map<string, Count>>();
  const listeners = new Map<Stream, number>();

  function count(kind: string, about: string, by: number, withState: number): void {
    const known = counts.get(kind) ?? new Map<string, Count>();
    counts.set(kind, known);
    const counted = known.get(about) ?? { all: 0, withState: 0 };
    counted.all += by;
    counted.withState += withState;
    if (counted.all === 0) known.delete(about);
    else known.set(about, counted);
    if (counted.all === 0) facts.drop(kind, about);
    else facts.put(kind, about, counted.withState > 0 ? WITH_STATE : SIGNAL);
  }

  function countAll(subscription: Wish, by: number): void {
    const { stream, selection, subjects } = subscription;
    listeners.set(stream, (listeners.get(stream) ?? 0) + by);
    const kind = kindOf(subscription);
    for (const about of new Set(selection.about ?? subjects))
      count(kind, about, by, selection.extraFields ? by : 0);
  }

  return {
    add(subscription) {
      let isOver = false;
      countAll(subscription, 1);
      return () => {
        if (!isOver) countAll(subscription, -1);
        isOver = true;
      };
    },
    has: (stream) => (listeners.get(stream) ?? 0) > 0,
  };
}

export interface OtherInterests {
  /** What a member needs of a signal that these may read. Of who has not told it yet: all. */
  needOf(member: string, signal: Signal, readers: ReadonlySet<string>): Need;
  /** What was worked out for a member is void. */
  changed(member: string): void;
}

/** Looks up what other members want; `facts` are theirs. */
export function otherInterests(facts: Pick<SharedFacts, "of">): OtherInterests {
  /** By member and stream, of the sets of readers that policies remember. */
  const worked = new Map<string, Map<Stream, WeakMap<ReadonlySet<string>, Need>>>();

  function ofReaders(member: string, stream: Stream, readers: ReadonlySet<string>, wanted: Facts): Need {
    const streams = worked.get(member) ?? new Map<Stream, WeakMap<ReadonlySet<string>, Need>>();
    worked.set(member, streams);
    const known = streams.get(stream) ?? new WeakMap<ReadonlySet<string>, Need>();
    streams.set(stream, known);
    const before = known.get(readers);
    if (before !== undefined) return before;
    const need = highest(wanted, readers);
    known.set(readers, need);
    return need;
  }

  return {
    needOf(member, signal, readers) {
      if (readers.size === 0) return NOTHING;
      const stream = streamOf(signal);
      const bySubject = facts.of(member, stream);
      const byAddress = facts.of(member, `${stream} about`);
      if (!bySubject || !byAddress) return WITH_STATE;
      const need = bySubject.size === 0 ? NOTHING : ofReaders(member, stream, readers, bySubject);
      if (need === WITH_STATE || byAddress.size === 0) return need;
      return Math.max(need, highest(byAddress, new Set(addressesOf(signal)))) as Need;
    },
    changed: (member) => void worked.delete(member),
  };
}

function highest(wanted: Facts, keys: ReadonlySet<string>): Need {
  let need: Need = NOTHING;
  for (const key of keys.size < wanted.size ? keys : wanted.keys()) {
    const found = keys.has(key) ? (wanted.get(key) as Need | undefined) : undefined;
    if (found === WITH_STATE) return found;
    if (found !== undefined) need = found;
  }
  return need;
}

/** The facts that say which labels of acknowledgements are declared at a member. */
export const LABELS = "labels";

/** The other members. */
export const othersOf = ({ members, self }: Pick<Cluster, "members" | "self">): readonly string[] =>
  members.flatMap(({ id }) => (id === self.id ? [] : [id]));
