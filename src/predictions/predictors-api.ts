// What the doors ask of the predictors of the server.

import type { JsonObject, JsonValue } from "../base/json/json.ts";
import type { Path } from "../base/json/pointer.ts";
import type { Reply } from "../signals/reply.ts";
import type { AuthContext, DittoHeaders } from "../signals/signal.ts";

/** Who asks: an operator may do everything; others what the policy of a predictor grants them on `predictor:/`. */
export interface Caller {
  readonly isOperator: boolean;
  readonly auth: AuthContext;
}

export interface Asked {
  readonly id: string;
  readonly caller: Caller;
  /** `if-match`, `if-none-match`, those of history. */
  readonly headers: DittoHeaders;
}

export type PredictorCommand =
  /** Creates where there is none (201), else replaces (204). */
  | (Asked & { readonly action: "put"; readonly value: JsonValue })
  /** A merge patch (RFC 7396). */
  | (Asked & { readonly action: "patch"; readonly value: JsonValue })
  | (Asked & { readonly action: "delete" })
  /** Makes a version of the model the one that is written. */
  | (Asked & { readonly action: "activate"; readonly version: string })
  /** Back to the model that was written before. */
  | (Asked & { readonly action: "rollback" });

/** An uploaded file of a model. */
export interface ModelFile {
  readonly version: string;
  readonly bytes: number;
  /** SHA-256, as hexadecimal digits. */
  readonly checksum: string;
  /** Milliseconds since the epoch. */
  readonly created: number;
}

export interface ListQuery {
  readonly fields?: readonly Path[];
  /** The ID after which the page begins; absent: with the first. */
  readonly after?: string;
  readonly limit: number;
}

export interface PredictorPage {
  readonly predictors: readonly JsonObject[];
  /** The ID after which to go on, where there are more. */
  readonly next?: string;
}

export interface TrainingQuery {
  /** Milliseconds since the epoch, both included. */
  readonly from: number;
  readonly to: number;
  /** Absent: all bound things. */
  readonly thingId?: string;
  /** Where the truth is told that each row is to have; absent: that of the monitoring, or none. */
  readonly label?: Path;
  /** For so long after a row its label may come. */
  readonly labelWithinMs?: number;
  readonly limit: number;
  /** Ends the reading, as if there were no more. */
  readonly signal?: AbortSignal;
}

/** A table that is made while it is read. */
export interface TrainingTable {
  /** `thingId`, `revision`, `timestamp`, the columns of the model's input, and `label` where there is one. */
  readonly columns: readonly string[];
  /** NaN and what is missing is null. */
  readonly rows: AsyncIterable<readonly (string | number | boolean | null)[]>;
}

/**
 * Who may not even see a predictor is refused with `predictors:predictor.notfound` (404), who may not change what he sees with
 * `predictors:predictor.notmodifiable` (403).
 */
export interface PredictorsApi {
  execute(command: PredictorCommand): Promise<Reply>;
  /** As it is, or by the headers of history as it was. */
  retrieve(asked: Asked & { readonly fields?: readonly Path[] }): Promise<Reply>;
  /** Those that the caller may see, in the order of their IDs; a page has about 4 million characters of JSON at most. */
  list(caller: Caller, query: ListQuery): Promise<PredictorPage>;
  /** How it is doing: `READ` on `predictor:/`. */
  status(asked: Asked): Promise<JsonObject>;
  resetBaseline(asked: Asked, version?: string): Promise<void>;
  files(asked: Asked): Promise<readonly ModelFile[]>;
  /**
   * Stores a file, or replaces one that is not in use. Refuses with 413 what is too large, with 409 a version in use, with 400 a
   * file whose SHA-256 is not `checksum`, with 412 by `if-match` and `if-none-match`, with 403 a file that is to be used where the
   * predictor acts for others, with 408 who falls silent, with 503 one too many at once. True where it is new.
   */
  putFile(
    asked: Asked,
    version: string,
    content: AsyncIterable<Uint8Array>,
    checksum: string | undefined,
  ): Promise<{ readonly file: ModelFile; readonly isNew: boolean }>;
  /** The content rejects with 503 where it cannot be read to its end. */
  getFile(
    asked: Asked,
    version: string,
  ): Promise<{ readonly file: ModelFile; readonly content: AsyncIterable<Uint8Array> }>;
  deleteFile(asked: Asked, version: string): Promise<void>;
  /** What a caller who is no operator may not read himself is left out. */
  trainingData(asked: Asked, query: TrainingQuery): Promise<TrainingTable>;
}
