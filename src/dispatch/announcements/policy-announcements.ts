// Looks after the subjects of all policies that expire or whose end is announced (basic-policy page).

import type { Cluster } from "../../cluster/cluster.ts";
import { type Journal, JournalUnavailable, RevisionTaken } from "../../journal/journal.ts";
import type { WatchedSubject } from "../../policies/watched-subjects.ts";
import type { IncomingAck } from "../../signals/incoming-ack.ts";
import type { Entities } from "../entities.ts";
import type { PolicyWatch } from "../record.ts";
import { Agenda } from "./agenda.ts";
import type { Publish } from "./announcement.ts";
import { watcher } from "./due.ts";
import { DuePolicies, type ListDue } from "./due-policies.ts";
import type { Expire } from "./expire.ts";
import { settle, takeOn } from "./fates-of-policy.ts";
import { policyLooks } from "./policy-looks.ts";
import type { AnnouncementSettings } from "./settings.ts";
import { SubjectFates } from "./subject-fates.ts";

export interface AnnouncementParts {
  readonly settings: AnnouncementSettings;
  readonly journal: Pick<Journal, "listDue" | "setUnknownDue">;
  readonly policies: Entities;
  readonly publish: Publish;
  readonly expire: Expire;
  /** Each member of a cluster looks after the policies that it owns. */
  readonly cluster: Pick<Cluster, "isAlone" | "mayServe" | "watch">;
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
  const { settings, journal, policies, cluster, log } = parts;
  const agenda = new Agenda();
  const watchedIn = watcher(settings);
  const onError = (error: unknown) => {
    // That the database is away, the journal reports by itself.
    if (!(error instanceof JournalUnavailable || error instanceof RevisionTaken))
      log.warn({ err: error }, "an expired subject could not be deleted; trying again");
  };
  const serves = (id: string) => cluster.mayServe(id);
  const fates = new SubjectFates({ ...parts, agenda, serves, onError });
  const begin = (id: string, subjects: ReadonlyMap<string, WatchedSubject>) =>
    takeOn(fates, settings, id, subjects);
  const look = policyLooks({
    journal,
    policies,
    agenda,
    serves,
    watchedIn: (policy) => watchedIn(policy?.value),
    deleting: () => fates.deleting,
    takeOn: begin,
    note: (id, next, isOwn) => due.note(id, next, isOwn),
    onUnreadable: (err, id) =>
      log.warn({ err, policyId: id }, "a policy with expiring subjects could not be read"),
  });
  const list: ListDue = async (after, limit) => {
    try {
      return await journal.listDue(after, limit);
    } catch (error) {
      if (!(error instanceof JournalUnavailable))
        log.warn({ err: error }, "the policies that are due could not be read; trying again");
      throw error;
    }
  };
  const due = new DuePolicies(agenda, list, look, undefined, serves);
  cluster.watch({
    viewed({ lost }) {
      if (lost.isEmpty) return;
      due.lose((id) => lost.has(id));
      fates.lose((id) => lost.has(id));
    },
    acquired: () => due.restart(),
    renewed: () => due.restart(),
  });

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
      const next = begin(id, is.subjects);
      due.note(id, next, next !== is.due);
    },

    onAck: (ack) => fates.onAck(ack),
    // In a cluster there is nothing to look after before it is entered.
    start: () => {
      if (cluster.isAlone) void due.fill();
    },
    stop: () => agenda.close(),
    get sizes() {
      return { policies: due.size, subjects: fates.size };
    },
  };
}
