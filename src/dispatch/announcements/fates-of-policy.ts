// What the subjects of a policy mean, taken together, for the fate of each.

import type { WatchedSubject } from "../../policies/watched-subjects.ts";
import { dueOf, WINDOW_MS } from "./due.ts";
import type { AnnouncementSettings } from "./settings.ts";
import type { SubjectFates } from "./subject-fates.ts";

/** Begins with the subjects that are due, and says when the first of the others is, in milliseconds since the epoch. */
export function takeOn(
  fates: SubjectFates,
  settings: AnnouncementSettings,
  policyId: string,
  subjects: ReadonlyMap<string, WatchedSubject>,
): number {
  const now = Date.now();
  let next = Number.POSITIVE_INFINITY;
  for (const subject of subjects.values()) {
    if (fates.has(policyId, subject.key)) continue;
    const at = Math.max(dueOf(subject, settings), fates.isFull ? subject.expiry + WINDOW_MS : 0);
    if (at <= now) fates.begin(policyId, subject);
    else next = Math.min(next, at);
  }
  return next;
}

/**
 * Tells what became of the subjects that a change took away. Of those with the same id that are there before or after
 * it, the last alone counts: another expiry or announcement takes the place of the one before.
 */
export function settle(
  fates: SubjectFates,
  policyId: string,
  was: ReadonlyMap<string, WatchedSubject>,
  is: ReadonlyMap<string, WatchedSubject>,
): void {
  const counts = new Map<string, number>();
  for (const { id } of new Map([...was, ...is]).values()) counts.set(id, (counts.get(id) ?? 0) + 1);
  const present = new Set([...is.values()].map(({ id }) => id));
  for (const { id, key } of fates.gone(policyId)) if (present.has(id)) fates.forget(policyId, key);
  for (const subject of was.values()) {
    if (is.has(subject.key)) continue;
    const count = counts.get(subject.id) as number;
    counts.set(subject.id, count - 1);
    if (count > 1) fates.forget(policyId, subject.key);
    else fates.deleted(policyId, subject);
  }
}
