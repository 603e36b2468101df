// The looks at policies that are due: few at a time, and again where the database was away.

import pLimit from "p-limit";
import { type Journal, JournalUnavailable, type PolicyDue } from "../../journal/journal.ts";
import type { WatchedSubject } from "../../policies/watched-subjects.ts";
import type { Entities, Held } from "../entities.ts";
import type { Agenda } from "./agenda.ts";
import type { Watched } from "./due.ts";
import { RETRY_MS, type Serves } from "./due-policies.ts";

/** Policies looked at at a time, and deletions in line beyond which these wait a second. */
const LOOKS = 16;
const MOST_DELETING = 1_000;
const LATER_MS = 1_000;

export interface LookParts {
  readonly journal: Pick<Journal, "setUnknownDue">;
  readonly policies: Entities;
  readonly agenda: Agenda;
  readonly watchedIn: (policy: Held["committed"]) => Watched;
  /** How many deletions are at work or in line. */
  readonly deleting: () => number;
  /** Begins with the subjects of a policy that are due, and says when the first of the others is. */
  readonly takeOn: (policyId: string, subjects: ReadonlyMap<string, WatchedSubject>) => number;
  /** Told when the policy is due next; `isOwn` says that the database will not remember that. */
  readonly note: (policyId: string, due: number, isOwn: boolean) => void;
  readonly serves: Serves;
  /** Told that a policy could not be read, which will not change by itself. */
  readonly onUnreadable: (error: unknown, policyId: string) => void;
}

/**
 * Makes the function that looks at a policy, and resolves when that is done; it never rejects. While too much is at work or
 * the database is away it waits, and what is due meanwhile waits in line behind it.
 */
export function policyLooks(parts: LookParts): (policy: PolicyDue) => Promise<void> {
  const { journal, policies, agenda, watchedIn } = parts;
  const inTurn = pLimit(LOOKS);
  const pause = (millis: number) => new Promise<void>((resolve) => agenda.plan(Date.now() + millis, resolve));

  async function look(policy: PolicyDue): Promise<void> {
    // Another server looks after it, or this one will find it again.
    for (let isDone = false; !isDone && parts.serves(policy.id); ) {
      while (parts.deleting() > MOST_DELETING) await pause(LATER_MS);
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
      parts.onUnreadable(error, policy.id);
      return true;
    }
  }

  async function lookAt({ id, due: noted }: PolicyDue): Promise<void> {
    let held = await settled(policies, id);
    const first = watchedIn(held.committed).due;
    if (noted === 0) {
      await journal.setUnknownDue(id, finite(first));
      held = await policies.load(id);
    }
    const next = parts.takeOn(id, watchedIn(held.committed).subjects);
    parts.note(id, next, noted !== 0 || next !== first);
  }

  return (policy) => inTurn(look, policy);
}

/** A policy once it is known what is committed of it. */
async function settled(policies: Entities, id: string): Promise<Held> {
  const held = await policies.load(id);
  if (held.pending === 0) return held;
  await held.settled();
  return policies.load(id);
}

const finite = (time: number): number | null => (time === Number.POSITIVE_INFINITY ? null : time);
