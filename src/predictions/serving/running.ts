// One predictor at work: what it is told of its things leads to predictions, one of a thing at a time, in the order of revisions.

import { TwinError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json/json.ts";
import { Agenda } from "../../dispatch/announcements/agenda.ts";
import type { Delivery } from "../../pubsub/delivery.ts";
import type { Pubsub } from "../../pubsub/pubsub.ts";
import type { Message } from "../../signals/live.ts";
import type { AuthContext, EntityEvent } from "../../signals/signal.ts";
import { triggerOf } from "../inputs/trigger.ts";
import type { Predictor } from "../model.ts";
import type { PredictorMonitor } from "../monitoring/predictor-monitor.ts";
import { StatesBehind } from "./behind.ts";
import { bindingOf, type IsBound } from "./binding.ts";
import { Finding } from "./finding.ts";
import { type Loading, loading } from "./loading.ts";
import { listenToMessages, MessageAnswers } from "./on-message.ts";
import { Outcomes } from "./outcome.ts";
import type { RunningParts } from "./parts.ts";
import { Processing } from "./processing.ts";
import { WorkQueue } from "./queue.ts";
import { recover } from "./recovery.ts";
import { type RightsCheck, rightsCheck } from "./rights-check.ts";
import { schedule } from "./schedule.ts";
import { isEnd, type Looks, type Seen, seenLive } from "./seen.ts";
import { eventSelection, type LookedAt, lookedAt } from "./selection.ts";
import { dueFor, fingerprintOf, type Version, Versions } from "./versions.ts";
import { writing } from "./write.ts";

/** Things of one predictor that are worked on at once: rows for some batches, and writes. */
const AT_ONCE = 512;
/** Of what fails meanwhile one line is logged. */
const QUIET_MS = 10_000;

export class RunningPredictor {
  readonly predictor: Predictor;
  readonly versions: Versions;
  readonly #parts: RunningParts;
  readonly #auth: AuthContext;
  readonly #looks: Looks;
  readonly #lookedAt: LookedAt;
  readonly #isBound: IsBound;
  readonly #queue: WorkQueue;
  readonly #agenda = new Agenda();
  readonly #behind: StatesBehind;
  readonly #loading: Loading;
  readonly #mayServe: (thingId: string) => boolean;
  readonly #fingerprint: string;
  readonly #stop = new AbortController();
  readonly #ends: (() => void)[] = [];
  #activeSince = Number.POSITIVE_INFINITY;
  #started: Started | undefined;
  #recovering: Promise<void> | undefined;
  #isOverflown = false;
  #faults = 0;
  #quietUntil = Number.NEGATIVE_INFINITY;

  /** Begins to listen; nothing is predicted before {@link start}. */
  constructor(parts: RunningParts) {
    const { predictor, plan, pubsub, store, pace, settings, log } = parts;
    this.#parts = parts;
    this.predictor = predictor;
    this.#mayServe = parts.mayServe ?? everything;
    this.#auth = { subjects: predictor.authorizationContext };
    this.#looks = { id: predictor.id, isTrigger: triggerOf(predictor) };
    this.#lookedAt = lookedAt(predictor, plan.paths);
    this.#isBound = bindingOf(predictor.bind);
    this.#fingerprint = fingerprintOf([predictor.inputs, predictor.trigger.paths, predictor.output.feature]);
    this.versions = new Versions(predictor, plan.columns, parts.openModel, (version, error) =>
      this.#onTrouble(version, error),
    );
    this.#queue = new WorkQueue(
      { size: settings.queueSize, atOnce: AT_ONCE, debounceMs: predictor.trigger.debounceMs },
      this.#agenda,
      {
        takeIn: (work) => this.#at.processing.takeIn(work),
        predict: (work) => this.#at.processing.predict(work),
        overflow: (thingId) => this.#overflow(thingId),
        onFault: (error, thingId) => this.#onFault(error, thingId),
      },
    );
    this.#behind = new StatesBehind({
      ...{ store, predictorId: predictor.id, intervalMs: settings.stateIntervalMs, pace },
      room: parts.savedStates,
      onError: (error) =>
        log.warn({ err: error, predictor: predictor.id }, "states of things could not be stored"),
    });
    this.#loading = loading({
      ...{ predictorId: predictor.id, store, pastStates: parts.pastStates, plan, looks: this.#looks },
      ...{ auth: this.#auth, fingerprint: this.#fingerprint, warmUp: settings.warmUp, pace },
      ...{ touched: this.#lookedAt.touched, debounceMs: predictor.trigger.debounceMs },
      turns: parts.loads,
      stop: this.#stop.signal,
      activeSince: () => this.#activeSince,
      waiting: (thingId) => this.#behind.waiting(thingId),
      onMissed: (seen) => this.#noteTruth(seen),
      isSkipped: (thingId, due) => dueFor(this.versions.writtenTo(thingId), due).vector.isSkipped,
    });
    this.#listen(pubsub);
  }

  /**
   * Opens the models and begins to predict. Events before `activeSince` (milliseconds since the epoch) lead to no prediction;
   * `isFresh` says that there can be none after it which was missed, but for those of `missed` things.
   */
  async start(activeSince: number, isFresh: boolean, missed: readonly string[]): Promise<void> {
    this.#activeSince = activeSince;
    await this.versions.open();
    if (this.#stop.signal.aborted) return;
    this.#started = this.#starting();
    for (const thingId of missed) this.#queue.behind(thingId);
    this.#queue.open();
    if (!isFresh || this.#isOverflown) this.#recover();
    const { everyMs } = this.predictor.trigger;
    if (everyMs !== undefined) void this.#askEvery(everyMs);
    this.#at.rights.sample().catch((error: unknown) => this.#onFault(error, ""));
  }

  /** Predicts nothing more, and writes nothing. Resolves with the things that were not done with, once what is settled is stored. */
  async stop(): Promise<readonly string[]> {
    this.#stop.abort();
    for (const end of this.#ends.splice(0)) end();
    this.#agenda.close();
    const closing = this.versions.close();
    const missed = await this.#queue.stop();
    await Promise.all([closing, this.#recovering, this.#behind.stop(), this.#started?.monitor.stop()]);
    this.#parts.things.forgetAll(this.predictor.id);
    return missed;
  }

  /**
   * Things go to another member of the cluster: nothing more is made of them here. Resolves once what is settled of them is stored; what
   * is not, the other one finds in history.
   */
  async release(has: (thingId: string) => boolean): Promise<void> {
    const { things } = this.#parts;
    this.#queue.release(has);
    for (const known of [...things.of(this.predictor.id)]) {
      if (!has(known.thingId)) continue;
      this.#behind.save(known);
      things.forget(this.predictor.id, known.thingId);
    }
    await this.#behind.release(has);
  }

  /** Forgets things as they are in memory, at once; resolves once nothing of them can be stored any more. */
  forgetAll(has: (thingId: string) => boolean): Promise<void> {
    this.#queue.release(has);
    for (const { thingId } of [...this.#parts.things.of(this.predictor.id)])
      if (has(thingId)) this.#forget(thingId);
    return this.#behind.forgetAll(has);
  }

  /** Things may be this member's that were not: what was missed of them is caught up with. */
  acquired(): void {
    this.#isOverflown = true;
    this.#recover();
  }

  /** What watches it, once it has started. */
  get monitor(): PredictorMonitor | undefined {
    return this.#started?.monitor;
  }

  /** Whether nothing was missed that is not in the queue. */
  get isCaughtUp(): boolean {
    return this.#started !== undefined && !this.#recovering && !this.#isOverflown;
  }

  status(): JsonObject {
    const { monitor } = this;
    if (!monitor) return { starting: true };
    return { ...monitor.status(), ...(this.#recovering && { catchingUp: true }) };
  }

  /** Nothing of it is asked for before the queue is open. */
  get #at(): Started {
    if (!this.#started) throw new Error("The predictor has not started.");
    return this.#started;
  }

  #starting(): Started {
    const { predictor, versions } = this;
    const { rights: sources, dispatch, live, listIds, plan, monitorOf, things, pace } = this.#parts;
    const monitor = monitorOf(
      () => this.#queue.size,
      (version) => versions.troubleOf(version),
    );
    const stop = this.#stop.signal;
    const [isBound, behind, queue] = [this.#isBound, this.#behind, this.#queue];
    const rights = rightsCheck({ sources, predictor, inputs: plan.paths, monitor, listIds, isBound });
    const finding = new Finding({
      ...{ predictor, things, versions, loading: this.#loading, behind, rights, isBound },
      ...{ fingerprint: this.#fingerprint, activeSince: this.#activeSince },
      left: (thingId) => queue.left(thingId),
    });
    const toThings = writing(dispatch, live, stop);
    const answers = new MessageAnswers(live, this.#auth, predictor.output);
    const processing = new Processing({
      ...{ predictor, queue, things, versions, finding, behind, monitor, pace, stop },
      mayServe: this.#mayServe,
      outcomes: new Outcomes({
        ...{ predictor, auth: this.#auth, monitor, writing: toThings, rights },
        isOneOfSeveral: this.#parts.mayServe !== undefined,
      }),
      answers,
      noteTruth: (seen) => this.#noteTruth(seen),
      onFault: (error, thingId) => this.#onFault(error, thingId),
    });
    return { monitor, rights, answers, processing };
  }

  #listen(pubsub: Pick<Pubsub, "subscribe">): void {
    const { authorizationContext: subjects, bind, trigger } = this.predictor;
    this.#ends.push(
      pubsub.subscribe({
        stream: "EVENTS",
        subjects,
        selection: eventSelection(bind.namespaces, this.#lookedAt),
        scope: "owner",
        subscriber: { deliver: (delivery) => this.#take(delivery) },
      }),
    );
    if (trigger.message !== undefined)
      this.#ends.push(
        listenToMessages(pubsub, this.predictor, trigger.message, (message) => this.#askedBy(message)),
      );
  }

  /** Called while an event is published: it is only noted. */
  #take(delivery: Delivery): void {
    const event = delivery.signal as EntityEvent;
    if (!this.#mayServe(event.id)) return; // whoever may finds it in history
    if (isEnd(event)) {
      this.#end(event.id);
      return;
    }
    if (delivery.failure) {
      this.#queue.behind(event.id);
      return;
    }
    const isBound = this.#isBound(delivery.extra ?? {}, event.id);
    if (isBound || this.#isKnown(event.id)) this.#queue.offer(seenLive(this.#looks, delivery, isBound));
  }

  #isKnown(thingId: string): boolean {
    return this.#queue.has(thingId) || this.#parts.things.has(this.predictor.id, thingId);
  }

  #askedBy(message: Message): void {
    if (!this.#mayServe(message.id)) return;
    if (!this.#queue.ask(message.id, message)) this.#started?.answers.tooMany(message);
  }

  #end(thingId: string): void {
    this.#forget(thingId);
    this.#queue.end(thingId);
  }

  /** What is known of the thing lacks something from now on, so it is forgotten; what was stored is not. */
  #overflow(thingId: string): void {
    const { things } = this.#parts;
    const known = things.get(this.predictor.id, thingId);
    if (known) {
      this.#behind.save(known);
      things.forget(this.predictor.id, thingId);
    }
    this.#isOverflown = true;
    this.#recover();
  }

  #recover(): void {
    if (this.#recovering || this.#stop.signal.aborted || this.#activeSince === Number.POSITIVE_INFINITY)
      return;
    const { store, settings, log } = this.#parts;
    this.#isOverflown = false;
    const predictorId = this.predictor.id;
    this.#recovering = recover({
      ...{ store, predictorId, namespaces: this.predictor.bind.namespaces, since: this.#activeSince },
      hasRoom: () => this.#queue.size < Math.max(1, settings.queueSize / 2),
      behind: (thingId) => {
        if (this.#mayServe(thingId) && !this.#isKnown(thingId)) this.#queue.behind(thingId);
      },
      onError: (error) =>
        log.warn({ err: error, predictor: predictorId }, "things that are behind could not be found"),
      stop: this.#stop.signal,
    }).then(() => {
      this.#recovering = undefined;
      if (this.#isOverflown) this.#recover();
    });
  }

  #askEvery(everyMs: number): Promise<void> {
    const { search, settings, log } = this.#parts;
    return schedule({
      ...{ search, bind: this.predictor.bind, everyMs, auth: this.#auth, stop: this.#stop.signal },
      hasRoom: () => this.#queue.size < Math.max(1, settings.queueSize / 2),
      ask: (thingId) => void (this.#mayServe(thingId) && this.#queue.ask(thingId)),
      onError: (error) =>
        log.warn(
          { err: error, predictor: this.predictor.id },
          "the things of a predictor could not be found",
        ),
    });
  }

  #noteTruth(seen: Seen): void {
    const { truth } = this.predictor.monitoring;
    const value = truth && seen.touches(truth.path) ? seen.valueAt(truth.path) : undefined;
    if (value !== undefined) this.#at.monitor.truth(seen.thingId, value, seen.timestamp);
  }

  #onTrouble({ spec, trouble, isLost }: Version, error: unknown): void {
    const about = { predictor: this.predictor.id, version: spec.version, trouble };
    this.#parts.log.warn(isLost ? about : { ...about, err: error }, "a model could not be opened");
  }

  #onFault(error: unknown, thingId: string): void {
    if (this.#stop.signal.aborted) return;
    this.#forget(thingId);
    const detail = error instanceof TwinError ? error.code : "The server could not make a prediction.";
    this.monitor?.problem("other", thingId, detail);
    const now = performance.now();
    this.#faults++;
    if (now < this.#quietUntil) return;
    this.#quietUntil = now + QUIET_MS;
    const about = { err: error, predictor: this.predictor.id, thingId, faults: this.#faults };
    this.#parts.log.error(about, "a prediction failed");
  }

  #forget(thingId: string): void {
    const { things } = this.#parts;
    const known = things.get(this.predictor.id, thingId);
    if (known) this.#behind.forget(known);
    things.forget(this.predictor.id, thingId);
  }
}

const everything = (): boolean => true;

/** What works from the start on. */
interface Started {
  readonly monitor: PredictorMonitor;
  readonly rights: RightsCheck;
  readonly answers: MessageAnswers;
  readonly processing: Processing;
}
