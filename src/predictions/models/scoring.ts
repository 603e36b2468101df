// The seam that every kind of model implements.

import type { JsonValue } from "../../base/json/json.ts";

/** What a model says of one vector, by the names of its outputs. */
export type Outputs = Readonly<Record<string, JsonValue>>;

/** A model that is asked for many things at once, and remembers nothing of them. */
export interface BatchModel {
  readonly kind: "batch";
  /** Rows of one call at most. */
  readonly maxBatch: number;
  /** For so many milliseconds whoever calls gathers rows for one call, while none is under way; absent: not at all. */
  readonly gatherMs?: number;
  /** Why it could make no prediction now, as far as it is known without trying; `undefined` where nothing is against it. For people. */
  trouble?(): string | undefined;
  /**
   * Outputs of each row (numbers in the order of the plan's columns), in their order. Rejects with {@link ModelFault}; aborted, it
   * rejects soon, whatever the model does. A number that is not finite is null: what is made of it fails for its row only
   * (`bad-output`), as the caller finds when he looks for it.
   */
  predict(rows: readonly (readonly number[])[], signal: AbortSignal): Promise<readonly Outputs[]>;
  /** Resolves once nothing of it is left. */
  close(): Promise<void>;
}

/** A model that goes along with the readings of one thing; what it has learned is its state, one for each thing. */
export interface StreamingModel<State = unknown> {
  readonly kind: "streaming";
  /** The most memory that one state takes. */
  readonly stateBytes: number;
  fresh(): State;
  /** Takes the next vector, of a moment in milliseconds since the epoch, and changes the state. Never throws. */
  step(state: State, values: readonly number[], now: number): Outputs;
  /** As JSON, for `restore`. */
  save(state: State): JsonValue;
  /** Takes up what `save` gave; `undefined` where that is not of such a model. */
  restore(saved: JsonValue): State | undefined;
}

export type Model = BatchModel | StreamingModel;

/** Why there is no prediction. `detail` is for people, without secrets. */
export class ModelFault extends Error {
  override readonly name = "ModelFault";
  readonly reason: "unavailable" | "timeout" | "refused" | "bad-output" | "overloaded";

  constructor(reason: ModelFault["reason"], detail: string) {
    super(detail);
    this.reason = reason;
  }
}

/** Compiles a model of a predictor with these columns. Rejects with `predictors:model.*` where that cannot work. */
export type OpenModel<Spec> = (spec: Spec, columns: readonly string[], predictorId: string) => Promise<Model>;
