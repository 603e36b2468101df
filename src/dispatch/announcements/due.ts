// When a policy has to be looked at because of its subjects.

import type { JsonObject } from "../../base/json/json.ts";
import { type WatchedSubject, watchedSubjects } from "../../policies/watched-subjects.ts";
import type { AnnouncementSettings } from "./settings.ts";

/** Expired subjects are deleted, and announcements published, up to so many milliseconds beside their time, as in Ditto. */
export const WINDOW_MS = 500;

/** Clients may ask for announcements millions of years ahead; the database knows no time before this one. */
const LONG_SINCE = 1;

/**
 * When something is first to be done about a subject, in milliseconds since the epoch; `Infinity` where nothing is. The
 * same subject has the same moment wherever and whenever it is asked for.
 */
export function dueOf(subject: WatchedSubject, settings: AnnouncementSettings): number {
  const { expiry, announcement } = subject;
  if (announcement?.beforeExpiry === undefined) return expiry + WINDOW_MS;
  const interval = announcement.randomization ?? settings.announcementRandomization;
  const due = expiry - announcement.beforeExpiry - Math.floor(chanceOf(subject.key) * interval);
  return Math.max(due, LONG_SINCE);
}

/** What there is to look after in a policy. */
export interface Watched {
  readonly subjects: ReadonlyMap<string, WatchedSubject>;
  /** When the first of them is due. */
  readonly due: number;
}

const nothing: Watched = { subjects: new Map(), due: Number.POSITIVE_INFINITY };

/** Looks through each policy once, as long as it is in memory. */
export function watcher(settings: AnnouncementSettings): (policy: JsonObject | undefined) => Watched {
  const known = new WeakMap<JsonObject, Watched>();
  return (policy) => {
    if (!policy) return nothing;
    const found = known.get(policy) ?? watchedIn(policy, settings);
    known.set(policy, found);
    return found;
  };
}

function watchedIn(policy: JsonObject, settings: AnnouncementSettings): Watched {
  const subjects = watchedSubjects(policy);
  if (subjects.size === 0) return nothing;
  let due = Number.POSITIVE_INFINITY;
  for (const subject of subjects.values()) due = Math.min(due, dueOf(subject, settings));
  return { subjects, due };
}

/** A number from 0 up to 1 that is spread evenly over texts: FNV-1a, then mixed so that its high bits are good too. */
function chanceOf(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return ((value ^ (value >>> 16)) >>> 0) / 2 ** 32;
}
