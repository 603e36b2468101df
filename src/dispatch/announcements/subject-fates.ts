// The subjects about which something is under way: each with its fate, what it waits for, and the effects that follow.

import pLimit from "p-limit";
import type { WatchedSubject } from "../../policies/watched-subjects.ts";
import type { IncomingAck } from "../../signals/incoming-ack.ts";
import type { Agenda } from "./agenda.ts";
import { type Publish, subjectDeletion } from "./announcement.ts";
import { AwaitedAcks } from "./awaited-acks.ts";
import { RETRY_MS, type Serves } from "./due-policies.ts";
import type { Expire } from "./expire.ts";
import { begin, type Fate, type Transition, type Trigger, transition } from "./fate.ts";
import type { AnnouncementSettings } from "./settings.ts";

/**
 * With as many subjects under way, no other is taken on before it expires: what was to be announced earlier is announced
 * then, once, and no acknowledgement is waited for. One that is deleted is announced at once or not at all.
 */
const MOST = 100_000;
/** With more under way of one policy, or more that are in none any more, these are announced once as well. */
const MOST_EACH = 1_000;
/** Anybody may make policies for a moment, and none of them stays. */
const MOST_GONE = 20_000;
/** Deletions at work at a time. */
const DELETIONS = 16;

interface Tracked {
  readonly policyId: string;
  readonly subject: WatchedSubject;
  fate: Fate;
  /** Calls off what it waits for. */
  rest: () => void;
}

export interface FatesParts {
  readonly settings: AnnouncementSettings;
  readonly agenda: Agenda;
  readonly publish: Publish;
  readonly expire: Expire;
  readonly serves: Serves;
  /** A deletion failed; it is tried again. */
  readonly onError: (error: unknown) => void;
}

const nothing = () => undefined;
const isGone = ({ deletedAt }: Fate): boolean => deletedAt !== undefined;

/**
 * Follows each subject from {@link begin} until nothing more is to be done about it or it is let go of, and says to the
 * agenda, the publisher and `expire` what they have to do. In memory only: after a restart it begins anew.
 */
export class SubjectFates {
  readonly #parts: FatesParts;
  readonly #acks = new AwaitedAcks();
  readonly #inTurn = pLimit(DELETIONS);
  readonly #byPolicy = new Map<string, Map<string, Tracked>>();
  /** Subjects under way, those of them that are gone, and those whose deletion is at work or in line. */
  #count = 0;
  #gone = 0;
  #deleting = 0;

  constructor(parts: FatesParts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#count;
  }

  get deleting(): number {
    return this.#deleting;
  }

  /** Whether no other is to be taken on before it expires. */
  get isFull(): boolean {
    return this.#count >= MOST;
  }

  has(policyId: string, key: string): boolean {
    return this.#find(policyId, key) !== undefined;
  }

  /** The subjects of a policy that are not in it any more, and of which that is still to be acknowledged. */
  gone(policyId: string): readonly WatchedSubject[] {
    const tracked = [...(this.#byPolicy.get(policyId)?.values() ?? [])];
    return tracked.filter(({ fate }) => isGone(fate)).map(({ subject }) => subject);
  }

  /** Takes on a subject. */
  begin(policyId: string, subject: WatchedSubject): void {
    const first = begin({ subject, settings: this.#parts.settings });
    this.#perform(this.#track(policyId, subject, first.fate), first);
  }

  /** Says that a subject is not in its policy any more. */
  deleted(policyId: string, subject: WatchedSubject): void {
    if (!this.has(policyId, subject.key)) this.begin(policyId, subject);
    const tracked = this.#find(policyId, subject.key) as Tracked;
    this.#transition(tracked, "deleted");
    if (tracked.fate.phase === "to-announce" && this.#isCrowded(tracked)) this.forget(policyId, subject.key);
  }

  /** Lets go of a subject. */
  forget(policyId: string, key: string): void {
    const subjects = this.#byPolicy.get(policyId);
    const tracked = this.#find(policyId, key);
    if (!subjects || !tracked) return;
    tracked.rest();
    subjects.delete(key);
    this.#count--;
    if (isGone(tracked.fate)) this.#gone--;
    if (subjects.size === 0) this.#byPolicy.delete(policyId);
  }

  /** Lets go of the subjects of policies that others look after from now on. */
  lose(has: (policyId: string) => boolean): void {
    for (const [policyId, subjects] of this.#byPolicy)
      if (has(policyId)) for (const key of subjects.keys()) this.forget(policyId, key);
  }

  onAck(ack: IncomingAck): void {
    this.#acks.take(ack);
  }

  #track(policyId: string, subject: WatchedSubject, fate: Fate): Tracked {
    const tracked: Tracked = { policyId, subject, fate, rest: nothing };
    const subjects = this.#byPolicy.get(policyId);
    if (subjects) subjects.set(subject.key, tracked);
    else this.#byPolicy.set(policyId, new Map([[subject.key, tracked]]));
    this.#count++;
    return tracked;
  }

  #find(policyId: string, key: string): Tracked | undefined {
    return this.#byPolicy.get(policyId)?.get(key);
  }

  #isCurrent(tracked: Tracked): boolean {
    return this.#find(tracked.policyId, tracked.subject.key) === tracked;
  }

  #transition(tracked: Tracked, trigger: Trigger): void {
    if (!this.#isCurrent(tracked)) return;
    const { policyId, subject, fate } = tracked;
    const { settings, serves } = this.#parts;
    // Whoever looks after it begins anew.
    if (!serves(policyId)) {
      this.forget(policyId, subject.key);
      return;
    }
    this.#perform(
      tracked,
      transition(fate, trigger, { subject, settings, now: Date.now(), chance: Math.random() }),
    );
  }

  #perform(tracked: Tracked, { fate, effect }: Transition): void {
    if (isGone(fate) && !isGone(tracked.fate)) this.#gone++;
    tracked.fate = fate;
    if (effect.what !== "stay") {
      tracked.rest();
      tracked.rest = nothing;
    }
    switch (effect.what) {
      case "stay":
        return;
      case "sleep":
        this.#sleep(tracked, effect.until);
        return;
      case "announce":
        this.#announce(tracked);
        return;
      case "delete":
        this.#deleting++;
        void this.#inTurn(() => this.#delete(tracked));
        return;
      case "forget":
        this.forget(tracked.policyId, tracked.subject.key);
    }
  }

  #isCrowded({ policyId, fate }: Tracked): boolean {
    if (this.#count > MOST || (isGone(fate) && this.#gone > MOST_GONE)) return true;
    return (this.#byPolicy.get(policyId)?.size ?? 0) > MOST_EACH;
  }

  #sleep(tracked: Tracked, until: number): void {
    tracked.rest = this.#parts.agenda.plan(until, () => this.#transition(tracked, "time"));
  }

  #announce(tracked: Tracked): void {
    const { policyId, subject, fate } = tracked;
    const { settings, agenda, publish } = this.#parts;
    const said = subjectDeletion(policyId, subject, fate.deletedAt);
    const { labels = [], timeout } = subject.announcement ?? {};
    if (labels.length === 0 || this.#isCrowded(tracked)) {
      publish(said);
      this.#transition(tracked, "acknowledged");
      return;
    }
    const most = settings.announcementMaxTimeout;
    const callOff = agenda.plan(Date.now() + Math.min(timeout ?? most, most), () =>
      this.#transition(tracked, "time"),
    );
    const asked = { policyId, subjectId: subject.id, labels };
    const ignore = this.#acks.expect(said.headers["correlation-id"], asked, (isRefused) =>
      this.#transition(tracked, isRefused ? "refused" : "acknowledged"),
    );
    tracked.rest = () => {
      callOff();
      ignore();
    };
    publish(said);
  }

  async #delete(tracked: Tracked): Promise<void> {
    const { policyId, subject } = tracked;
    try {
      if (this.#isCurrent(tracked)) await this.#parts.expire(policyId, subject);
      // What is left says itself what it waits for; where the subject was not there any more, nobody told.
      if (this.#isCurrent(tracked) && tracked.fate.phase === "deleting") this.forget(policyId, subject.key);
    } catch (error) {
      this.#parts.onError(error);
      if (this.#isCurrent(tracked) && tracked.fate.phase === "deleting")
        this.#sleep(tracked, Date.now() + RETRY_MS);
    } finally {
      this.#deleting--;
    }
  }
}
