// The work on one thing: what has happened is taken in, in order, and the newest prediction that it asks for is made.

import { getAt } from "../../base/json/pointer.ts";
import type { Message } from "../../signals/live.ts";
import type { Predictor } from "../model.ts";
import { ModelFault, type Outputs } from "../models/scoring.ts";
import type { Monitor } from "../monitoring/monitor.ts";
import { resolved } from "../outputs/resolve.ts";
import type { StatesBehind } from "./behind.ts";
import type { Finding, Found } from "./finding.ts";
import type { MessageAnswers } from "./on-message.ts";
import type { Outcomes } from "./outcome.ts";
import type { Pace } from "./pace.ts";
import type { Pending, Work, WorkQueue } from "./queue.ts";
import { isPassing, takePlace, tryAgain } from "./retrying.ts";
import type { Seen } from "./seen.ts";
import type { Due } from "./thing-state.ts";
import type { Known, Things } from "./things.ts";
import { dueFor, type Version, type Versions } from "./versions.ts";

export interface ProcessingParts {
  readonly predictor: Predictor;
  readonly queue: Pick<WorkQueue, "take" | "end">;
  readonly things: Things;
  readonly versions: Versions;
  readonly finding: Finding;
  readonly behind: StatesBehind;
  readonly monitor: Monitor;
  readonly outcomes: Outcomes;
  readonly answers: MessageAnswers;
  readonly pace: Pace;
  readonly stop: AbortSignal;
  /** Whether this server may predict a thing. */
  readonly mayServe: (thingId: string) => boolean;
  /** Judges predictions by what an event tells to be true. */
  readonly noteTruth: (seen: Seen) => void;
  readonly onFault: (error: unknown, thingId: string) => void;
}

/** What the database did not answer is tried again with growing pauses. */
const loadAgain = { leastMs: 1_000, mostMs: 60_000 };
const NEVER = Number.POSITIVE_INFINITY;

/** A prediction that is being made. */
interface Making extends Pending {
  readonly work: Work;
  readonly known: Known;
  readonly messages: readonly Message[];
  /** Whether the thing still lives its life, and the predictor is at work. */
  readonly isWanted: () => boolean;
}

export class Processing {
  readonly #parts: ProcessingParts;

  constructor(parts: ProcessingParts) {
    this.#parts = parts;
  }

  /** Takes in what waits of a thing; gives when (milliseconds since the epoch) more is to be taken in by itself, infinite: never. */
  async takeIn(work: Work): Promise<number> {
    await this.#parts.pace.turn();
    const isWanted = this.#wanting(work);
    const found = await this.#found(work, isWanted);
    if (!found || !isWanted()) return NEVER;
    return this.#using(found.known, async () => {
      const { known, due, isWritten } = found;
      known.isSettled = false;
      work.failedLoads = 0;
      if (due) takePlace(work, { due, isWritten });
      await this.#learn(work, known, isWanted);
      if (isWanted()) await this.#ask(work, known);
      if (!isWanted()) return NEVER;
      if (!work.isPredicted) this.#settle(work, known);
      const { waitsUntil } = known.state;
      return waitsUntil === undefined ? NEVER : waitsUntil + 1;
    });
  }

  /** Makes the prediction that is pending. */
  async predict(work: Work): Promise<void> {
    const { things, predictor } = this.#parts;
    const { pending, thingId } = work;
    work.pending = undefined;
    const known = things.get(predictor.id, thingId);
    if (!pending) return;
    if (!known) {
      work.isBehind = true; // where it is found again, as it is on the thing if not
      return;
    }
    const isWanted = this.#wanting(work);
    const making = { ...pending, work, known, messages: work.messages.splice(0), isWanted };
    await this.#using(known, async () => {
      const isMade = await this.#make(making);
      if (isWanted() && isMade) work.failed = undefined;
      // What is known of it may have been found anew meanwhile.
      if (isWanted() && !work.isTakenIn && things.get(predictor.id, thingId) === known)
        this.#settle(work, known);
    });
  }

  /** What is known of a thing stays in memory while a task works on it; what it takes by then is counted. */
  async #using<T>(known: Known, task: () => Promise<T>): Promise<T> {
    const { things, predictor } = this.#parts;
    known.users++;
    try {
      return await task();
    } finally {
      known.users--;
      if (things.get(predictor.id, known.thingId) === known) things.put(predictor.id, known);
    }
  }

  #wanting(work: Work): () => boolean {
    const { life, thingId } = work;
    const { stop, mayServe } = this.#parts;
    return () => work.life === life && !stop.aborted && mayServe(thingId);
  }

  async #found(work: Work, isWanted: () => boolean): Promise<Found | undefined> {
    const { finding, queue, answers, onFault } = this.#parts;
    try {
      const found = await finding.find(work, isWanted);
      if (found || !isWanted()) return found;
      answers.unbound(work.messages.splice(0));
      queue.end(work.thingId);
      return undefined;
    } catch (error) {
      if (!isWanted()) return undefined;
      onFault(error, work.thingId);
      work.isBehind = true;
      const restMs = Math.min(loadAgain.leastMs * 2 ** work.failedLoads++, loadAgain.mostMs);
      work.restUntil = Date.now() + restMs;
      return undefined;
    }
  }

  /** Takes in what waits, in order. */
  async #learn(work: Work, { state }: Known, isWanted: () => boolean): Promise<void> {
    const { pace, queue, noteTruth } = this.#parts;
    for (const seen of queue.take(work)) {
      if (seen.revision <= state.revision) continue;
      if (pace.isOver) await pace.turn();
      if (!isWanted()) return;
      noteTruth(seen);
      this.#note(work, state.takeIn(seen));
    }
    this.#note(work, state.over(Date.now()));
  }

  /** What is to be predicted takes the place of what was before. */
  #note(work: Work, due: Due | undefined): void {
    if (!due?.isBound) return;
    const { versions, monitor } = this.#parts;
    const version = versions.writtenTo(work.thingId);
    const { vector } = dueFor(version, due);
    if (vector.isSkipped) monitor.skipped(version.spec.version, vector);
    else takePlace(work, { due, isWritten: false });
  }

  /** Where somebody asks, and no event did. */
  async #ask(work: Work, { state }: Known): Promise<void> {
    if (!work.isAsked) return;
    work.isAsked = false;
    if (work.pending && !work.failed) return;
    const { finding, answers } = this.#parts;
    const thing = await finding.bound(work.thingId);
    if (!thing) answers.unbound(work.messages.splice(0));
    else takePlace(work, { due: state.dueAt(Date.now(), (path) => getAt(thing, path)), isWritten: false });
  }

  /** Whether it is done with; if not, it is tried again. */
  async #make(making: Making): Promise<boolean> {
    const { monitor, answers, versions } = this.#parts;
    const { work, due, isWritten, messages, isWanted } = making;
    const version = versions.writtenTo(work.thingId);
    const wanted = dueFor(version, due);
    if (wanted.vector.isSkipped) {
      answers.skipped(messages);
      return true;
    }
    if (!work.failed)
      for (const shadow of versions.shadows) void this.#shadow(shadow, work.thingId, dueFor(shadow, due));
    try {
      await this.#deliver({ ...making, due: wanted }, version);
      return true;
    } catch (error) {
      if (!(error instanceof ModelFault)) throw error;
      if (!isWanted()) return true;
      monitor.failed(version.spec.version, error.reason, error.message);
      answers.failed(messages, error.reason);
      if (!isPassing(error)) return true;
      tryAgain(work, { due, isWritten });
      return false;
    }
  }

  async #deliver(making: Making, version: Version): Promise<void> {
    const { predictor, outcomes, answers, versions } = this.#parts;
    const { work, known, due, messages, isWritten, isWanted } = making;
    const { state } = known;
    const { thingId } = work;
    const started = startOf(due);
    const outputs = await versions.score(version, due);
    if (!isWanted()) return;
    const latencyMs = performance.now() - started;
    const prediction = resolved(predictor.output, outputs, version.model?.kind === "streaming");
    this.#noteScored(version, thingId, due, outputs, latencyMs);
    answers.predicted(messages, outputs);
    const made = { thingId, spec: version.spec, due, prediction, latencyMs, isWritten };
    const revision = await outcomes.deliver(made, state, isWanted);
    if (revision === undefined || !isWanted()) return;
    // What is looked at of what came in between waits by now.
    const isTold = work.observations.length === 0 && !work.isBehind && !work.isTakenIn;
    if (isTold && state.waitsUntil === undefined) state.revision = Math.max(state.revision, revision);
  }

  async #shadow(version: Version, thingId: string, due: Due): Promise<void> {
    const { versions, monitor, stop } = this.#parts;
    if (due.vector.isSkipped) return;
    const started = startOf(due);
    try {
      const outputs = await versions.score(version, due);
      this.#noteScored(version, thingId, due, outputs, performance.now() - started);
    } catch (error) {
      if (stop.aborted) return;
      const reason = error instanceof ModelFault ? error.reason : "refused";
      monitor.failed(version.spec.version, reason, error instanceof Error ? error.message : String(error));
    }
  }

  #noteScored({ spec, role }: Version, thingId: string, due: Due, outputs: Outputs, latencyMs: number): void {
    const { predictor, monitor } = this.#parts;
    const { groups } = predictor.monitoring;
    const group = groups && due.valueAt(groups);
    const { vector, timestamp } = due;
    monitor.scored({
      ...{ thingId, version: spec.version, role, vector, outputs, latencyMs, timestamp },
      ...(group !== undefined && { group }),
    });
  }

  /** What the state asked for may have become what it is to become. */
  #settle(work: Work, known: Known): void {
    if (work.pending || known.state.waitsUntil !== undefined) return;
    known.isSettled = true;
    this.#parts.behind.settled(known);
  }
}

const startOf = ({ seen }: Due): number => seen?.receivedAt ?? performance.now();
