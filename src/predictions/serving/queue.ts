// Which things wait for a predictor, and with what: bounded; what happens to one is taken in piece by piece, and one prediction of it
// is made at a time.

import type { Agenda } from "../../dispatch/announcements/agenda.ts";
import type { Message } from "../../signals/live.ts";
import type { Seen } from "./seen.ts";
import { Stage } from "./stage.ts";
import type { Due } from "./thing-state.ts";

/** A prediction that is to be made. */
export interface Pending {
  readonly due: Due;
  /** Its values are on the thing already. */
  readonly isWritten: boolean;
}

/** What is to be done about one thing. */
export interface Work {
  readonly thingId: string;
  /** What has happened that is not taken in, in the order of revisions. */
  observations: Seen[];
  /** More has happened than that: it is to be read from history. */
  isBehind: boolean;
  /** It is to be predicted though nothing has happened. */
  isAsked: boolean;
  /** Those who wait for the answer. */
  messages: Message[];
  /** What is to be predicted next. */
  pending: Pending | undefined;
  /** How often what is pending has failed, and since when (`performance.now()`). */
  failed: { readonly since: number; readonly attempts: number } | undefined;
  /** No prediction is made before, in milliseconds since the epoch. */
  notBefore: number;
  /** When there is something to take in though nothing happens, in milliseconds since the epoch; infinite where nothing is. */
  again: number;
  /** Nothing is taken in before, in milliseconds since the epoch. */
  restUntil: number;
  /** How often it could not be read since it was. */
  failedLoads: number;
  /** Grows when the thing ends: what was begun before means nothing. */
  life: number;
  /** Something of it is taken in, or waits for its turn to be. */
  isTakenIn: boolean;
  /** A prediction of it is made, or waits for its turn to be. */
  isPredicted: boolean;
  /** When it is to be looked at, in milliseconds since the epoch; infinite where nothing is planned. */
  plannedAt: number;
}

export interface QueueSettings {
  /** Things that may wait, and what has happened to them together. */
  readonly size: number;
  /** Things that are worked on at once. */
  readonly atOnce: number;
  readonly debounceMs: number;
}

export interface QueueTasks {
  /** Takes in what waits; gives when (milliseconds since the epoch) that is to be done again, though nothing happens; infinite: never. */
  takeIn(work: Work): Promise<number>;
  /** Makes the prediction that is pending; where that is to be tried again, it is pending again. */
  predict(work: Work): Promise<void>;
  /** There is no room for a thing: it is to be found again by other means. */
  overflow(thingId: string): void;
  onFault(error: unknown, thingId: string): void;
}

/** What of one thing may wait, and how much of it waits until its prediction is made. */
const EACH = 1_000;
const HELD = 50;
const MESSAGES = 10;
const NEVER = Number.POSITIVE_INFINITY;

export class WorkQueue {
  readonly #settings: QueueSettings;
  readonly #tasks: QueueTasks;
  readonly #agenda: Agenda;
  readonly #works = new Map<string, Work>();
  readonly #intake: Stage<Work>;
  readonly #predictions: Stage<Work>;
  #observations = 0;
  #isStopped = false;

  constructor(settings: QueueSettings, agenda: Agenda, tasks: QueueTasks) {
    this.#settings = settings;
    this.#tasks = tasks;
    this.#agenda = agenda;
    this.#intake = new Stage(settings.atOnce, (work) => this.#takeIn(work));
    this.#predictions = new Stage(settings.atOnce, (work) => this.#predict(work));
  }

  /** Things that wait or are worked on. */
  get size(): number {
    return this.#works.size;
  }

  get thingIds(): readonly string[] {
    return [...this.#works.keys()];
  }

  has(thingId: string): boolean {
    return this.#works.has(thingId);
  }

  /** Begins to work on what waits. */
  open(): void {
    this.#intake.open();
    this.#predictions.open();
  }

  /** Takes an event of a thing. */
  offer(seen: Seen): void {
    const work = this.#workOn(seen.thingId);
    if (!work) return;
    if (work.isBehind) return; // whoever reads the history of it finds this as well
    if (work.observations.length >= EACH || this.#observations >= this.#settings.size)
      this.#leaveToHistory(work);
    else {
      work.observations.push(seen);
      this.#observations++;
    }
    this.#proceed(work);
  }

  /** What happens to a thing is to be read from history. */
  behind(thingId: string): void {
    const work = this.#workOn(thingId);
    if (!work) return;
    this.#leaveToHistory(work);
    this.#proceed(work);
  }

  /** What is known of a thing is in memory no more, though not all that it asked for is done. */
  left(thingId: string): void {
    const work = this.#works.get(thingId);
    if (!work) return;
    this.#leaveToHistory(work);
    work.pending = undefined;
    if (work.again !== NEVER) work.restUntil = Math.max(work.restUntil, work.again);
    this.#proceed(work);
  }

  /** A thing is to be predicted now, and who asked for that is to be told; gives whether there is room for him. */
  ask(thingId: string, message?: Message): boolean {
    const work = this.#workOn(thingId);
    if (!work || (message && work.messages.length >= MESSAGES)) return false;
    work.isAsked = true;
    work.notBefore = 0;
    work.restUntil = 0;
    if (message) work.messages.push(message);
    this.#proceed(work);
    return true;
  }

  /** A thing is no more. */
  end(thingId: string): void {
    const work = this.#works.get(thingId);
    if (!work) return;
    work.life++;
    this.take(work);
    Object.assign(work, nothingToDo(), { messages: [] });
    this.#dropIdle(work);
  }

  /** Things that are not to be predicted here any more: nothing more is begun, and what is under way means nothing. */
  release(has: (thingId: string) => boolean): void {
    for (const thingId of this.thingIds) if (has(thingId)) this.end(thingId);
  }

  /** The events of a thing that wait, which are no longer the queue's. */
  take(work: Work): readonly Seen[] {
    const { observations } = work;
    work.observations = [];
    this.#observations -= observations.length;
    return observations;
  }

  /** Resolves with the things that were not done with, once nothing is worked on. */
  async stop(): Promise<readonly string[]> {
    this.#isStopped = true;
    await Promise.all([this.#intake.close(), this.#predictions.close()]);
    return this.thingIds;
  }

  #workOn(thingId: string): Work | undefined {
    const known = this.#works.get(thingId);
    if (known || this.#isStopped) return known;
    if (this.#works.size >= this.#settings.size) {
      this.#tasks.overflow(thingId);
      return undefined;
    }
    const work: Work = {
      ...{ thingId, observations: [], messages: [], life: 0, plannedAt: NEVER },
      ...{ ...nothingToDo(), isTakenIn: false, isPredicted: false },
    };
    this.#works.set(thingId, work);
    return work;
  }

  #leaveToHistory(work: Work): void {
    this.take(work);
    work.isBehind = true;
  }

  /** Begins what is to be done next. What was just taken in is predicted before more is. */
  #proceed(work: Work, isTaken = false): void {
    if (this.#isStopped || work.isTakenIn) return;
    const now = Date.now();
    const at = this.#intakeAt(work, now);
    const isPredictable = work.pending && !work.isPredicted && work.notBefore <= now;
    if (at <= now && !(isTaken && isPredictable)) this.#startIntake(work);
    else if (isPredictable) this.#startPrediction(work);
    else if (at < NEVER) this.#planAt(work, at);
    else this.#dropIdle(work);
  }

  /** When what waits is to be taken in: it may gather as long as its prediction would not be made anyway. */
  #intakeAt(work: Work, now: number): number {
    return Math.max(this.#wantedAt(work, now), work.restUntil);
  }

  #wantedAt(work: Work, now: number): number {
    const { observations, again } = work;
    const [oldest] = observations;
    const isMuch = observations.length >= HELD || this.#observations * 2 >= this.#settings.size;
    if (oldest && isMuch) return now;
    if (work.isPredicted) return NEVER;
    if (work.notBefore > now) return work.notBefore;
    if (work.isBehind || work.isAsked) return now;
    const { debounceMs } = this.#settings;
    if (!oldest || debounceMs === 0) return oldest ? now : again;
    return Math.min(again, Math.min(oldest.timestamp, now) + debounceMs + 1);
  }

  #startIntake(work: Work): void {
    work.isTakenIn = true;
    this.#intake.add(work);
  }

  #startPrediction(work: Work): void {
    work.isPredicted = true;
    this.#predictions.add(work);
  }

  /** What is planned for earlier stays. */
  #planAt(work: Work, at: number): void {
    if (work.plannedAt <= at) return;
    work.plannedAt = at;
    this.#agenda.plan(at, () => {
      if (work.plannedAt === at) work.plannedAt = NEVER;
      if (this.#works.get(work.thingId) === work) this.#proceed(work);
    });
  }

  async #takeIn(work: Work): Promise<void> {
    work.again = NEVER;
    const { life } = work;
    try {
      const again = await this.#tasks.takeIn(work);
      if (work.life === life) work.again = again;
    } catch (error) {
      this.#tasks.onFault(error, work.thingId);
    }
    work.isTakenIn = false;
    this.#proceed(work, true);
  }

  async #predict(work: Work): Promise<void> {
    try {
      await this.#tasks.predict(work);
    } catch (error) {
      this.#tasks.onFault(error, work.thingId);
    }
    work.isPredicted = false;
    this.#proceed(work);
  }

  #dropIdle(work: Work): void {
    const isWorkedOn = work.isTakenIn || work.isPredicted;
    const isMore = work.observations.length > 0 || work.isBehind || work.isAsked;
    if (!isWorkedOn && !isMore && !work.pending && work.again === NEVER) this.#works.delete(work.thingId);
  }
}

const nothingToDo = () => ({
  isBehind: false,
  isAsked: false,
  pending: undefined,
  failed: undefined,
  notBefore: 0,
  again: NEVER,
  restUntil: 0,
  failedLoads: 0,
});
