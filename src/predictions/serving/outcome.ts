// What becomes of a prediction that was made: written to its feature or told as an event, and said as a message.

import { TwinError } from "../../base/errors.ts";
import { getAt } from "../../base/json/pointer.ts";
import { JournalUnavailable } from "../../journal/journal.ts";
import type { PredictionOrigin } from "../../signals/origins.ts";
import type { AuthContext, EntityState } from "../../signals/signal.ts";
import type { ModelSpec, Predictor } from "../model.ts";
import type { Monitor } from "../monitoring/monitor.ts";
import { liveEvent } from "../outputs/event.ts";
import { featurePatch, mergeCommand } from "../outputs/merge.ts";
import { isCrossed, outboxMessage } from "../outputs/message.ts";
import { noteOf, predictedRevision } from "../outputs/metadata.ts";
import { type Prediction, saysNothing, setsValues } from "../outputs/resolve.ts";
import type { RightsCheck } from "./rights-check.ts";
import type { Due, ThingState } from "./thing-state.ts";
import type { Writing } from "./write.ts";

/** A prediction on its way to a thing. */
export interface Made {
  readonly thingId: string;
  readonly spec: ModelSpec;
  readonly due: Due;
  readonly prediction: Prediction;
  readonly latencyMs: number;
  /** Its values are on the thing already. */
  readonly isWritten: boolean;
}

export interface OutcomeParts {
  readonly predictor: Predictor;
  readonly auth: AuthContext;
  readonly writing: Writing;
  readonly rights: Pick<RightsCheck, "look">;
  readonly monitor: Pick<Monitor, "problem" | "written" | "wellAgain">;
  /** Whether other members of a cluster may have predicted the same thing, unknown to this one. */
  readonly isOneOfSeveral: boolean;
}

/** What was to be written is on the thing already, or something newer is. */
class Superseded extends Error {
  override readonly name = "Superseded";
}

const NOT_FOUND = 404;
/** There was nothing to take away. */
const UNCHANGED = 412;

/** Delivers predictions. */
export class Outcomes {
  readonly #parts: OutcomeParts;

  constructor(parts: OutcomeParts) {
    this.#parts = parts;
  }

  /**
   * Makes what a predictor says of a prediction, as long as that is wanted. Gives the revision that the thing has from it, where it is
   * written.
   */
  async deliver(made: Made, state: ThingState, isWanted: () => boolean): Promise<number | undefined> {
    const origin = originOf(this.#parts.predictor.id, made.due);
    const revision = made.isWritten ? undefined : await this.#tell(made, origin, isWanted);
    await this.#message(made, state, origin, isWanted);
    return revision;
  }

  async #tell(made: Made, origin: PredictionOrigin, isWanted: () => boolean): Promise<number | undefined> {
    const { predictor, writing, auth, monitor } = this.#parts;
    const { output } = predictor;
    const { thingId, due, prediction, spec } = made;
    if (!setsValues(output)) return undefined;
    const isRemoval = saysNothing(prediction);
    const patch = featurePatch(output, prediction, !isRemoval && (await this.#lacksDefinition(made)));
    if (!isWanted()) return undefined;
    const note = this.#noteOf(made, origin);
    const about = { thingId, feature: output.feature, patch, prediction, note, auth };
    if (output.eventOnly) {
      const refusal = await writing.say(
        liveEvent({ ...about, revision: due.revision, time: due.timestamp }),
        origin,
        isWanted,
      );
      if (refusal) this.#refused(thingId, refusal);
      else if (isWanted()) monitor.written(spec.version);
      return undefined;
    }
    const guard = this.#parts.isOneOfSeveral && { guard: this.#guardOf(due) };
    const written = await orSuperseded(writing.write({ ...mergeCommand(about), ...guard }, origin, isWanted));
    if (typeof written === "number") {
      monitor.written(spec.version);
      monitor.wellAgain("output-not-writable", thingId);
      return written;
    }
    if (written && !(isRemoval && written.status === UNCHANGED)) this.#refused(thingId, written);
    return undefined;
  }

  /**
   * Refuses a prediction where an equal one was written, or a newer one, by whatever member: asked of the very state that it is written
   * to. What only the time or a message asks for may come to the same again.
   */
  #guardOf({ revision, trigger, seen }: Due): (state: EntityState) => void {
    const { id, output } = this.#parts.predictor;
    const least = seen ? trigger : revision + 1;
    return (state) => {
      if ((predictedRevision(state, id, output) ?? 0) >= least) throw new Superseded();
    };
  }

  /** Whether the feature has no definition, which the predictor need not be allowed to read. */
  async #lacksDefinition({ thingId, due }: Made): Promise<boolean> {
    const { predictor, rights } = this.#parts;
    const { feature, definition } = predictor.output;
    const path = ["features", feature, "definition"];
    if (!definition || due.valueAt(path)) return false;
    try {
      return !getAt((await rights.look(thingId))?.state.value, path);
    } catch (error) {
      // A later prediction sets it.
      if (error instanceof TwinError || error instanceof JournalUnavailable) return false;
      throw error;
    }
  }

  async #message(
    made: Made,
    state: ThingState,
    origin: PredictionOrigin,
    isWanted: () => boolean,
  ): Promise<void> {
    const { predictor, writing, auth, monitor } = this.#parts;
    const { output } = predictor;
    if (!output.message) return;
    const crosses = isCrossed(output, made.prediction);
    const isSaid = crosses && (!output.message.when || !state.isCrossed);
    if (isSaid) {
      const patch = featurePatch(output, made.prediction, false);
      const value = { ...patch, ...this.#noteOf(made, origin) };
      const message = outboxMessage(made.thingId, output.feature, output.message.subject, value, auth);
      const refusal = await writing.say(message, origin, isWanted);
      if (refusal) monitor.problem("other", made.thingId, `The message was refused: ${refusal.code}`);
    }
    state.isCrossed = crosses;
  }

  #noteOf({ spec, due, prediction, latencyMs }: Made, { predictors }: PredictionOrigin) {
    return noteOf({
      predictor: this.#parts.predictor.id,
      spec,
      inputRevision: due.revision,
      time: Date.now(),
      latencyMs,
      confidence: prediction.confidence,
      chain: predictors.size > 1 ? [...predictors] : undefined,
    });
  }

  /** Things that are gone are no problem; whoever may not know of one is told the same. */
  #refused(thingId: string, refusal: TwinError): void {
    if (refusal.status === NOT_FOUND) return;
    const kind = refusal.status === 403 ? "output-not-writable" : "other";
    this.#parts.monitor.problem(kind, thingId, `${refusal.code}: ${refusal.message}`);
  }
}

async function orSuperseded<T>(written: Promise<T>): Promise<T | undefined> {
  try {
    return await written;
  } catch (error) {
    if (error instanceof Superseded) return undefined;
    throw error;
  }
}

const originOf = (predictorId: string, { seen }: Due): PredictionOrigin => ({
  predictors: new Set([...(seen?.chain ?? []), predictorId]),
});
