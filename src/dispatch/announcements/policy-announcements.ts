// Looks after the subjects of all policies that expire or whose end is announced (basic-policy page).

import { type Journal, JournalUnavailable, type PolicyDue, RevisionTaken } from "../../journal/journal.ts";
import type { WatchedSubject } from "../../policies/expiry.ts";
import type { IncomingAck } from "../../signals/incoming-ack.ts";
import type { Entities, Held } from "../entities.ts";
import type { PolicyWatch } from "../record.ts";
import { Agenda } from "./agenda.ts";
import type { Publish } from "./announcement.ts";
import { dueOf, WINDOW_MS, watcher } from "./due.ts";
import { DuePolicies, RETRY_MS } from "./due-policies.ts";
import type { Expire } from "./expire.ts";
import { Limiter } from "./limiter.ts";
import type { AnnouncementSettings } from "./settings.ts";
import { SubjectFates } from "./subject-fates.ts";

/** Policies looked at at a time, and deletions in line beyond which these wait a second. */
const LOOKS = 16;
const MOST_DELETING = 1_000;
const LATER_MS = 1_000;

export interface AnnouncementParts {
  readonly settings: AnnouncementSettings;
  readonly journal: Pick<Journal, "listDue" | "setUnknownDue">;
  readonly policies: Entities;
  readonly publish: Publish;
  readonly expire: Expire;
  readonly log: { warn(fact: object, message: string): void };
}

export interface PolicyAnnouncements extends PolicyWatch {
  /** Takes an acknowledgement in, whatever it is for. */
  onAck(ack: IncomingAck): void;
  /** Finds the policies that are due. What was announced before a restart is announced again, as nobody noted it. */
  start(): void;
  /** Nothing is announced or deleted any more; what was begun is settled with the journal. */
  stop(): void;
  /** Policies in memory because they are due at some time, and subjects about which something is under way. */
  readonly sizes: { readonly policies: number; readonly subjects: number };
}

/** Makes what looks after them; it works on the database only from its start to its stop. */
export function policyAnnouncements(parts: AnnouncementParts): PolicyAnnouncements {
  const { settings, journal, policies, log } = parts;
  const agenda = new Agenda();
  const watchedIn = watcher(settings);
  const looks = new Limiter(LOOKS);
  const due = new DuePolicies(
    agenda,
    (after, limit) => journal.listDue(after, limit),
    (policy) => looks.run(() => look(policy)),
  );
  const onError = (error: unknown) => {
    // That the database is away, the journal reports by itself.
    if (!(error instanceof JournalUnavailable || error instanceof RevisionTaken))
      log.warn({ err: error }, "an expired subject could not be deleted; trying again");
  };
  const fates = new SubjectFates({ ...parts, agenda, onError });

  const pause = (millis: number) => new Promise<void>((resolve) => agenda.plan(Date.now() + millis, resolve));

  /** Waits while too much is at work or the database is away: what is due meanwhile waits in line behind it. */
  async function look(policy: PolicyDue): Promise<void> {
    for (let isDone = false; !isDone; ) {
      while (fates.deleting > MOST_DELETING) await pause(LATER_MS);
      isDone = await tryToLook(policy);
      if (!isDone) await pause(RETRY_MS);
    }
  }

  async function tryToLook(policy: PolicyDue): Promise<boolean> {
    try {
      await lookAt(policy);
      return true;
    } catch (error) {
      if (error instanceof JournalUnavailable) return false;
      log.warn({ err: error, policyId: policy.id }, "a policy with expiring subjects could not be read");
      return true;
    }
  }

  async function lookAt({ id, due: noted }: PolicyDue): Promise<void> {
    let held = await settled(id);
    const first = watchedIn(held.committed?.value).due;
    if (noted === 0) {
      await journal.setUnknownDue(id, finite(first));
      held = await policies.load(id);
    }
    const next = takeOn(id, watchedIn(held.committed?.value).subjects);
    due.note(id, next, noted !== 0 || next !== first);
  }

  /** A policy once it is known what is committed of it. */
  async function settled(id: string): Promise<Held> {
    const held = await policies.load(id);
    if (held.pending === 0) return held;
    await held.settled();
    return policies.load(id);
  }

  /** Begins with the subjects that are due, and says when the first of the others is. */
  function takeOn(policyId: string, subjects: ReadonlyMap<string, WatchedSubject>): number {
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

  return {
    dueAfter(before, after) {
      const { due: first } = watchedIn(after);
      // A write that is told to be lost may be committed: only the database knows, and it is asked when that is due.
      if (after) due.foresee(after.policyId as string, first);
      if (first !== Number.POSITIVE_INFINITY) return first;
      return watchedIn(before).due === first ? undefined : null;
    },

    committed(id, before, after) {
      const was = watchedIn(before).subjects;
      const is = watchedIn(after);
      if (was.size > 0 || fates.gone(id).length > 0) settle(fates, id, was, is.subjects);
      if (was.size === 0 && is.subjects.size === 0) return;
      const next = takeOn(id, is.subjects);
      due.note(id, next, next !== is.due);
    },

    onAck: (ack) => fates.onAck(ack),
    start: () => void due.fill(),
    stop: () => agenda.close(),
    get sizes() {
      return { policies: due.size, subjects: fates.size };
    },
  };
}

const finite = (time: number): number | null => (time === Number.POSITIVE_INFINITY ? null : time);

/**
 * Tells what became of the subjects that a change took away. Of those with the same id that are there before or after
 * it, the last alone counts: another expiry or announcement takes the place of the one before.
 */
function settle(
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
