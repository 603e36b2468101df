// Who listens to one stream. Sessions with the same subjects are an audience, so that what a signal shows is worked out once
// for all of them; those of them that asked for the same are a group.

import type { Subscriber, Subscription } from "./delivery.ts";
import type { Selection } from "./selection.ts";

/** One subscription, as a place in its group. */
export interface Place {
  readonly subscriber: Subscriber;
  /** Which publication was the newest when it began; it takes part in those after it. */
  readonly since: number;
}

export interface Group {
  readonly selection: Selection;
  readonly places: Set<Place>;
}

export interface Audience {
  readonly key: string;
  readonly subjects: readonly string[];
  /** By the key of their selection. */
  readonly groups: Map<string, Group>;
}

export interface Audiences {
  readonly isEmpty: boolean;
  /** Begins a subscription; the function ends it. */
  join(subscription: Subscription, since: number): () => void;
  /** The audiences with one of the subjects. Takes time for the smaller number of subjects, who have access or who listen. */
  among(subjects: ReadonlySet<string>): Iterable<Audience>;
}

export function audiences(): Audiences {
  const known = new Map<string, Audience>();
  const bySubject = new Map<string, Set<Audience>>();

  function audienceOf(subjects: readonly string[]): Audience {
    const key = JSON.stringify(subjects);
    const found = known.get(key);
    if (found) return found;
    const audience = { key, subjects, groups: new Map() };
    known.set(key, audience);
    for (const subject of subjects) {
      const listening = bySubject.get(subject);
      if (listening) listening.add(audience);
      else bySubject.set(subject, new Set([audience]));
    }
    return audience;
  }

  function drop(audience: Audience): void {
    known.delete(audience.key);
    for (const subject of audience.subjects) {
      const listening = bySubject.get(subject);
      listening?.delete(audience);
      if (listening?.size === 0) bySubject.delete(subject);
    }
  }

  return {
    get isEmpty() {
      return known.size === 0;
    },

    join({ subjects, selection, subscriber }, since) {
      const audience = audienceOf(subjects);
      const group = groupOf(audience, selection);
      const place = { subscriber, since };
      group.places.add(place);
      return () => {
        if (!group.places.delete(place) || group.places.size > 0) return;
        audience.groups.delete(selection.key);
        if (audience.groups.size === 0) drop(audience);
      };
    },

    among(subjects) {
      const found = new Set<Audience>();
      for (const subject of subjects.size < bySubject.size ? subjects : bySubject.keys()) {
        if (!subjects.has(subject)) continue;
        for (const audience of bySubject.get(subject) ?? []) found.add(audience);
      }
      return found;
    },
  };
}

function groupOf({ groups }: Audience, selection: Selection): Group {
  const found = groups.get(selection.key);
  if (found) return found;
  const group = { selection, places: new Set<Place>() };
  groups.set(selection.key, group);
  return group;
}
