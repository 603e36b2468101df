// Committed events → the sessions that may see them. Sessions with the same subjects form an audience: what an event
// shows is worked out once for each audience, and only for those that the policy lets read something of it.

import type { Enforcer } from "../policies/enforcer.ts";
import { printEvent } from "../protocol/envelope.ts";
import type { EntityEvent } from "../signals/signal.ts";
import { type Audience, type Subscriber, textFor } from "./audience.ts";

export interface Pubsub {
  /** Subscribes to the twin events of things; the function ends the subscription. */
  subscribe(subjects: readonly string[], subscriber: Subscriber): () => void;
  /** Delivers an event of a thing, in the order of the calls. */
  publish(event: EntityEvent, enforcer: Enforcer | undefined, origin: object | undefined): void;
}

/** Makes the local pubsub of one process. */
export function localPubsub(): Pubsub {
  const audiences = new Map<string, Audience>();
  const bySubject = new Map<string, Set<Audience>>();

  function join(subjects: readonly string[]): Audience {
    const key = JSON.stringify(subjects);
    let audience = audiences.get(key);
    if (!audience) {
      audience = { key, subjects, subscribers: new Set() };
      audiences.set(key, audience);
      for (const subject of subjects) {
        const known = bySubject.get(subject);
        if (known) known.add(audience);
        else bySubject.set(subject, new Set([audience]));
      }
    }
    return audience;
  }

  function leave(audience: Audience): void {
    audiences.delete(audience.key);
    for (const subject of audience.subjects) {
      const known = bySubject.get(subject);
      known?.delete(audience);
      if (known?.size === 0) bySubject.delete(subject);
    }
  }

  /** The audiences with a subject that may read something at or below the event's path. */
  function readers(event: EntityEvent, enforcer: Enforcer): Iterable<Audience> {
    const subjects = enforcer.readersOf("thing", event.path);
    const few = subjects.size < bySubject.size ? subjects : bySubject.keys();
    const found = new Set<Audience>();
    for (const subject of few) {
      if (!subjects.has(subject)) continue;
      for (const audience of bySubject.get(subject) ?? []) found.add(audience);
    }
    return found;
  }

  return {
    subscribe(subjects, subscriber) {
      const audience = join(subjects);
      audience.subscribers.add(subscriber);
      return () => {
        if (audience.subscribers.delete(subscriber) && audience.subscribers.size === 0) leave(audience);
      };
    },

    publish(event, enforcer, origin) {
      if (bySubject.size === 0 || !enforcer || event.kind !== "thing") return;
      let whole: string | undefined;
      const print = () => {
        whole ??= printEvent(event, event.value === undefined ? undefined : JSON.stringify(event.value));
        return whole;
      };
      for (const audience of readers(event, enforcer)) {
        const text = textFor(event, enforcer.forSubjects(audience.subjects), print);
        if (text === undefined) continue;
        for (const subscriber of audience.subscribers) subscriber.deliver(text, event, origin);
      }
    },
  };
}
