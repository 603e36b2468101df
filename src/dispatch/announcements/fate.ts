// What becomes of a subject that expires or is deleted, as a machine of four phases; it decides, others act.

import type { WatchedSubject } from "../../policies/watched-subjects.ts";
import { dueOf, WINDOW_MS } from "./due.ts";
import type { AnnouncementSettings } from "./settings.ts";

export type Phase = "to-announce" | "to-acknowledge" | "to-delete" | "deleting";

export interface Fate {
  readonly phase: Phase;
  /** Whether an announcement was acknowledged by all that were asked for it. */
  readonly acknowledged: boolean;
  /** The wait before the last repetition, in milliseconds. */
  readonly backoff: number;
  /** When it went from its policy, whoever deleted it. */
  readonly deletedAt: number | undefined;
}

/** The time that was slept for has come; acknowledgements have come, good or bad; the subject is not in its policy any more. */
export type Trigger = "time" | "acknowledged" | "refused" | "deleted";

/** `stay`: what was begun goes on. Times in milliseconds since the epoch. */
export type Effect =
  | { readonly what: "stay" | "announce" | "delete" | "forget" }
  | { readonly what: "sleep"; readonly until: number };

export interface Transition {
  readonly fate: Fate;
  readonly effect: Effect;
}

/** What is known when something happens. `chance` is at least 0 and below 1. */
export interface Circumstances {
  readonly subject: WatchedSubject;
  readonly settings: AnnouncementSettings;
  readonly now: number;
  readonly chance: number;
}

/** The fate of a subject that nothing has happened to yet. */
export function begin({ subject, settings }: Pick<Circumstances, "subject" | "settings">): Transition {
  const announces = subject.announcement?.beforeExpiry !== undefined;
  const fate: Fate = {
    phase: announces ? "to-announce" : "to-delete",
    acknowledged: false,
    backoff: settings.announcementBackoffMin,
    deletedAt: undefined,
  };
  return { fate, effect: { what: "sleep", until: dueOf(subject, settings) } };
}

/** What follows once something happened. */
export function transition(fate: Fate, trigger: Trigger, about: Circumstances): Transition {
  switch (trigger) {
    case "time":
      return onTime(fate, about);
    case "acknowledged":
      return onAcknowledged({ ...fate, acknowledged: true }, about);
    case "refused":
      return onRefused(fate, about);
    case "deleted":
      return onDeleted({ ...fate, deletedAt: fate.deletedAt ?? about.now }, about);
  }
}

const announce = (fate: Fate): Transition => ({
  fate: { ...fate, phase: "to-acknowledge" },
  effect: { what: "announce" },
});
const remove = (fate: Fate): Transition => ({
  fate: { ...fate, phase: "deleting" },
  effect: { what: "delete" },
});
const forget = (fate: Fate): Transition => ({ fate, effect: { what: "forget" } });

function onTime(fate: Fate, about: Circumstances): Transition {
  if (fate.phase === "to-announce") return announce(fate);
  return fate.phase === "to-acknowledge" ? onRefused(fate, about) : remove(fate);
}

function onAcknowledged(fate: Fate, { subject, now }: Circumstances): Transition {
  if (fate.deletedAt !== undefined) return forget(fate);
  if (subject.expiry <= now) return remove(fate);
  return {
    fate: { ...fate, phase: "to-delete" },
    effect: { what: "sleep", until: subject.expiry + WINDOW_MS },
  };
}

/** Publishes again after a while; beyond the grace period the subject goes unacknowledged. */
function onRefused(fate: Fate, about: Circumstances): Transition {
  const { subject, settings, now } = about;
  const backoff = longer(fate.backoff, about);
  const end = Math.min(subject.expiry, fate.deletedAt ?? Number.POSITIVE_INFINITY);
  if (now + backoff < end + settings.announcementGracePeriod)
    return {
      fate: { ...fate, phase: "to-announce", backoff },
      effect: { what: "sleep", until: now + backoff },
    };
  return fate.deletedAt === undefined ? remove(fate) : forget(fate);
}

/** Each wait is 1.5 to 2 times the one before, up to a bound. */
function longer(backoff: number, { settings, chance }: Circumstances): number {
  const most = settings.announcementBackoffMax;
  const factor = 1.5 + 0.5 * settings.announcementBackoffRandomFactor * chance;
  return Math.min(most, Math.floor(Math.min(most, backoff) * factor));
}

function onDeleted(fate: Fate, { subject, settings }: Circumstances): Transition {
  if (fate.phase === "to-acknowledge") return { fate, effect: { what: "stay" } };
  const announces = settings.announceWhenDeleted && subject.announcement?.whenDeleted === true;
  if (announces && !fate.acknowledged) return announce(fate);
  // What was to come before the expiry, or to be repeated, still comes then, and says when the subject was deleted.
  const comes = fate.phase === "to-announce" && subject.expiry !== Number.POSITIVE_INFINITY;
  return comes ? { fate, effect: { what: "stay" } } : forget(fate);
}
