// The seam between readings and models: what a predictor's inputs are made of, in serving as in the export of training data.

import type { JsonValue } from "../../base/json/json.ts";
import type { Path } from "../../base/json/pointer.ts";
import type { Observation } from "./observation.ts";

/** A fault of the data, of one input. */
export type InputFault = "missing" | "type" | "out-of-range";

/** What a model is given of one thing at one moment. */
export interface Vector {
  /** One number for each column; NaN where a value is missing and the policy is `nan`. */
  readonly values: readonly number[];
  /** Faults of inputs, by name; mostly none. */
  readonly faults: ReadonlyMap<string, InputFault>;
  /** Whether an input is missing whose policy is `skip`: no prediction is made then. */
  readonly isSkipped: boolean;
}

/** The inputs of one thing: what is kept of its readings. Bounded by the windows and lags of the predictor. */
export interface ThingInputs {
  /**
   * Takes the readings of an event: one at each path that it touched and where there is a value after it. Events come in the order
   * of revisions. Of the first one the values at all paths are taken, though what it did not touch is no reading.
   */
  observe(observation: Observation): void;
  /** The vector as of a moment, milliseconds since the epoch; not before the newest observation, which it is then as of. */
  vectorAt(now: number): Vector;
  /** Readings that are kept, which are what the memory goes by. */
  readonly size: number;
  /** Whether nothing older than what was observed could make another vector, now or later. */
  readonly isSettled: boolean;
  /** As JSON, for `restore`. */
  save(): JsonValue;
}

/** The inputs of a predictor, compiled. */
export interface InputPlan {
  /** Names of the columns, such as `mode=eco` for one of `oneHot`. */
  readonly columns: readonly string[];
  /** Where readings are taken, each path once. */
  readonly paths: readonly Path[];
  /**
   * So many events at least are needed to know the inputs of a thing that nothing is known of; more where not each event is a
   * reading, as {@link ThingInputs.isSettled} tells.
   */
  readonly reach: number;
  /** Nothing older, in milliseconds before now, is needed for them; 0: only the newest. */
  readonly reachMs: number;
  fresh(): ThingInputs;
  /** Takes up what `save` gave; `undefined` where that is not of such a plan. */
  restore(saved: JsonValue): ThingInputs | undefined;
}
