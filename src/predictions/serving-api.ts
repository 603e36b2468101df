// What those who change predictors ask of those who serve them, check their models and make their training data.

import type { JsonObject } from "../base/json/json.ts";
import type { Telling } from "../dispatch/documents/document.ts";
import type { AuthContext } from "../signals/signal.ts";
import type { Predictor } from "./model.ts";
import type { TrainingQuery, TrainingTable } from "./predictors-api.ts";

/** Serves the predictors that are active. */
export interface PredictorRuntime {
  /**
   * Is told of each predictor at the start, and then of each committed change in the order of its revisions: how it is now, with its
   * secrets in clear, or `undefined` once it is deleted. Never refuses: what it cannot do is a problem in the status. Resolves, of one
   * that is deleted, once nothing is kept of it any more. In a cluster all members are told; what is stored is looked after by the one
   * whose change it is.
   */
  changed(predictor: Predictor | undefined, id: string, telling?: Telling): Promise<void> | void;
  /** A file of a model is there that was not, or is another one by now: a model that lacked it can be opened. */
  fileStored(id: string, version: string): Promise<void> | void;
  /** What `/status` shows of how a predictor is doing; without what is stored of it. `undefined` where it is not served. */
  status(id: string): JsonObject | undefined;
  /** Forgets the baseline of a version (absent: all), so that the next predictions make a new one. */
  resetBaseline(id: string, version?: string): Promise<void>;
}

/** Judges models before they are stored. */
export interface ModelChecks {
  /**
   * Rejects with `predictors:model.*` where a model of the predictor cannot work on this server, whatever is done later. That an
   * uploaded file is missing is no reason.
   */
  validate(predictor: Predictor): Promise<void>;
  /**
   * Rejects with `predictors:model.invalid` what is no model, and with `predictors:model.runtime.missing` where that cannot be told.
   * Files of several predictors take turns.
   */
  validateFile(content: readonly Uint8Array[], predictorId: string): Promise<void>;
}

/** Makes the table of what a predictor would have been given, read with the rights of `auth`. */
export type MakeTrainingTable = (
  predictor: Predictor,
  query: TrainingQuery,
  auth: AuthContext,
) => Promise<TrainingTable>;
