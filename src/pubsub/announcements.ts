// What a policy announces → the sessions of the subjects whom it concerns (basic-signals-announcement page).

import { printAnnouncement } from "../protocol/announcement.ts";
import type { PolicyAnnouncement } from "../signals/policy-announcement.ts";

/** Takes printed announcements. Must not throw. */
export type TakeAnnouncement = (text: string, announcement: PolicyAnnouncement) => void;

export interface AnnouncementBus {
  /** Subscribes to the announcements that concern one of the subjects; the function ends the subscription. */
  subscribe(subjects: readonly string[], take: TakeAnnouncement): () => void;
  /** Delivers an announcement, once to each subscription that it concerns. */
  publish(announcement: PolicyAnnouncement): void;
}

/** Makes the local bus of one process. */
export function localAnnouncements(): AnnouncementBus {
  const bySubject = new Map<string, Set<TakeAnnouncement>>();

  function drop(subject: string, take: TakeAnnouncement): void {
    const known = bySubject.get(subject);
    if (known?.delete(take) && known.size === 0) bySubject.delete(subject);
  }

  return {
    subscribe(subjects, take) {
      const own: TakeAnnouncement = (text, announcement) => take(text, announcement);
      for (const subject of subjects) {
        const known = bySubject.get(subject);
        if (known) known.add(own);
        else bySubject.set(subject, new Set([own]));
      }
      return () => {
        for (const subject of subjects) drop(subject, own);
      };
    },

    publish(announcement) {
      const concerned = new Set<TakeAnnouncement>();
      for (const subject of announcement.subjects) {
        for (const take of bySubject.get(subject) ?? []) concerned.add(take);
      }
      if (concerned.size === 0) return;
      const text = printAnnouncement(announcement);
      for (const take of concerned) take(text, announcement);
    },
  };
}
