// Who listens to one stream. Sessions with the same subjects are an audience, so that what a signal shows is worked out once
// for all of them; those of them that asked for the same are a group. A signal meets only the groups that it is for: those about
// single things or boxes stand under their addresses, those about places within things under these, all others with the subjects of
// their audience, and there by namespace.

import { namespaceOf } from "../base/ids.ts";
import type { EntityEvent } from "../signals/signal.ts";
import { addressesOf } from "./addresses.ts";
import type { Subscriber, Subscription } from "./delivery.ts";
import { type Index, indexOf } from "./index-of.ts";
import { placesOf } from "./places.ts";
import type { Signal } from "./said.ts";
import type { Selection } from "./selection.ts";

/** One subscription, as a place in its group. */
export interface Place {
  readonly subscriber: Subscriber;
  readonly scope: Subscription["scope"];
  readonly share: Subscription["share"];
  /** Which publication was the newest when it began; it takes part in those after it. */
  readonly since: number;
}

export interface Group {
  readonly audience: Audience;
  readonly selection: Selection;
  readonly places: Set<Place>;
}

export interface Audience {
  readonly key: string;
  readonly subjects: readonly string[];
  /** By the key of their selection. */
  readonly groups: Map<string, Group>;
  /** Those of them that have no address and name no namespaces. */
  readonly everywhere: Set<Group>;
  /** Those of them that have no address, by the namespaces that they name. */
  readonly byNamespace: Index<string, Group>;
}

export interface Audiences {
  readonly isEmpty: boolean;
  /** Begins a subscription; the function ends it. */
  join(subscription: Subscription, since: number): () => void;
  /**
   * The groups that a signal is for, where one of its readers is among their subjects; some may name other namespaces. Takes
   * time for them, for the audiences of readers that listen to more than single things, and for the smaller number of subjects, who
   * have access or who listen.
   */
  of(signal: Signal, readers: ReadonlySet<string>): readonly Group[];
}

export function audiences(): Audiences {
  const known = new Map<string, Audience>();
  /** Those with groups that have no address. */
  const bySubject = indexOf<string, Audience>();
  const byAddress = indexOf<string, Group>();
  const byPlace = indexOf<string, Group>();

  function audienceOf(subjects: readonly string[]): Audience {
    const key = JSON.stringify(subjects);
    const found = known.get(key);
    if (found) return found;
    const audience = {
      ...{ key, subjects, groups: new Map(), everywhere: new Set<Group>() },
      byNamespace: indexOf<string, Group>(),
    };
    known.set(key, audience);
    return audience;
  }

  function groupOf(audience: Audience, selection: Selection): Group {
    const found = audience.groups.get(selection.key);
    if (found) return found;
    const group = { audience, selection, places: new Set<Place>() };
    audience.groups.set(selection.key, group);
    if (selection.about) byAddress.add(selection.about, group);
    else if (selection.places) byPlace.add(selection.places, group);
    else enter(group);
    return group;
  }

  function enter(group: Group): void {
    const { audience, selection } = group;
    if (selection.namespaces) audience.byNamespace.add(selection.namespaces, group);
    else audience.everywhere.add(group);
    bySubject.add(audience.subjects, audience);
  }

  function drop(group: Group): void {
    const { audience, selection } = group;
    audience.groups.delete(selection.key);
    if (selection.about) byAddress.delete(selection.about, group);
    else if (selection.places) byPlace.delete(selection.places, group);
    else leave(group);
    if (audience.groups.size === 0) known.delete(audience.key);
  }

  function leave(group: Group): void {
    const { audience, selection } = group;
    if (selection.namespaces) audience.byNamespace.delete(selection.namespaces, group);
    else audience.everywhere.delete(group);
    if (audience.everywhere.size === 0 && audience.byNamespace.size === 0)
      bySubject.delete(audience.subjects, audience);
  }

  function addAmong(readers: ReadonlySet<string>, namespace: string, found: Group[]): void {
    for (const subject of readers.size < bySubject.size ? readers : bySubject.keys()) {
      if (!readers.has(subject)) continue;
      for (const audience of bySubject.get(subject)) {
        // An audience counts under the first of its subjects only.
        if (audience.subjects.find((own) => readers.has(own)) !== subject) continue;
        for (const group of audience.everywhere) found.push(group);
        if (audience.byNamespace.size === 0) continue;
        for (const group of audience.byNamespace.get(namespace)) found.push(group);
      }
    }
  }

  function addAddressed(readers: ReadonlySet<string>, signal: Signal, found: Group[]): void {
    for (const address of addressesOf(signal)) {
      for (const group of byAddress.get(address))
        if (group.audience.subjects.some((subject) => readers.has(subject))) found.push(group);
    }
  }

  /** Several places may lead to one group. */
  function addPlaced(readers: ReadonlySet<string>, event: EntityEvent, found: Group[]): void {
    const placed = new Set<Group>();
    for (const place of placesOf(event)) for (const group of byPlace.get(place)) placed.add(group);
    for (const group of placed)
      if (group.audience.subjects.some((subject) => readers.has(subject))) found.push(group);
  }

  return {
    get isEmpty() {
      return known.size === 0;
    },

    join({ subjects, selection, subscriber, scope, share }, since) {
      const group = groupOf(audienceOf(subjects), selection);
      const place = { subscriber, scope, share, since };
      group.places.add(place);
      return () => {
        if (group.places.delete(place) && group.places.size === 0) drop(group);
      };
    },

    of(signal, readers) {
      const found: Group[] = [];
      if (bySubject.size > 0) addAmong(readers, namespaceOf(signal.id), found);
      if (byAddress.size > 0) addAddressed(readers, signal, found);
      if (byPlace.size > 0 && !("says" in signal)) addPlaced(readers, signal, found);
      return found;
    },
  };
}
