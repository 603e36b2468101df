// The seam between serving and what is noted of it. Nothing here may throw, and each call takes constant time.

import type { JsonObject, JsonValue } from "../../base/json/json.ts";
import type { Vector } from "../inputs/inputs.ts";
import type { Outputs } from "../models/scoring.ts";

/** A prediction that was made, whether or not it is written. */
export interface Scored {
  readonly thingId: string;
  readonly version: string;
  readonly role: "active" | "canary" | "shadow";
  readonly vector: Vector;
  readonly outputs: Outputs;
  /** Milliseconds from the trigger until the model had answered. */
  readonly latencyMs: number;
  /** Milliseconds since the epoch, of the input. */
  readonly timestamp: number;
  /** The value at the path of the groups. */
  readonly group?: JsonValue;
}

/** Watches one predictor. */
export interface Monitor {
  scored(prediction: Scored): void;
  /** A prediction of the version has become what its predictor says: written, or told as an event. */
  written(version: string): void;
  /** No prediction came of a trigger, because of the model or of a missing input. */
  failed(version: string, reason: string, detail: string): void;
  skipped(version: string, vector: Vector): void;
  /** Something was true of a thing, at a moment in milliseconds since the epoch. */
  truth(thingId: string, value: JsonValue, timestamp: number): void;
  /** A prediction could not be written, or an input not be read. */
  problem(
    kind: "input-not-readable" | "output-not-writable" | "other",
    thingId: string,
    detail: string,
  ): void;
  /** A problem of the kind is over, as far as one thing shows. */
  wellAgain(kind: "input-not-readable" | "output-not-writable", thingId: string): void;
  /** What `/status` shows of versions, data, drift, quality, problems and alerts. */
  status(): JsonObject;
  /** Forgets the baseline of a version (absent: all), so that the next predictions make a new one. */
  resetBaseline(version?: string): void;
  stop(): Promise<void>;
}
