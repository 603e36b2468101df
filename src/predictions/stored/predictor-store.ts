// What predictors keep beside the journal: files of models, what is known of the things, baselines.

import type { ModelFile } from "../predictors-api.ts";

/** What a predictor knows of one thing: everything up to a revision. It can be made again from the journal's history. */
export interface StoredState {
  readonly thingId: string;
  /** Up to and with this revision of the thing everything is taken into account. */
  readonly revision: number;
  /** Names what the state was made by; one of another fingerprint means nothing. */
  readonly fingerprint: string;
  /** JSON. */
  readonly state: string;
}

/** Names what was uploaded, for whoever may make it a file. */
export interface UploadTicket {
  readonly id: string;
  readonly parts: number;
}

/** A file on its way into the database. */
export interface Upload {
  /** Behind what came before. Not to be called before the last call has resolved. */
  add(bytes: Uint8Array): Promise<void>;
  /** Nothing more comes. */
  end(): Promise<void>;
  /** What was written, once it has ended. */
  read(): AsyncIterable<Uint8Array>;
  /** What it is known by, once it has ended. */
  readonly ticket: UploadTicket;
  /** Deletes what was written, unless it is a file. Never rejects. */
  drop(): Promise<void>;
}

/** A file as it is at one moment. */
export interface StoredFile {
  readonly file: ModelFile;
  /** Rejects, and never is of another file, where it is replaced while it is read. */
  readonly content: AsyncIterable<Uint8Array>;
}

/** All of it rejects with {@link JournalUnavailable} where the database does not answer. */
export interface PredictorStore {
  files(predictorId: string): Promise<readonly ModelFile[]>;
  beginUpload(predictorId: string): Promise<Upload>;
  /**
   * Makes what was uploaded the file of a version; what was there before stays until then. Rejects where the predictor was forgotten
   * meanwhile.
   */
  nameUpload(predictorId: string, upload: UploadTicket, file: ModelFile): Promise<void>;
  /** `undefined` where it is not there. */
  openFile(predictorId: string, version: string): Promise<StoredFile | undefined>;
  /** Rejects as well where the file is not there, or is replaced while it is read. */
  readFile(predictorId: string, version: string): AsyncIterable<Uint8Array>;
  deleteFile(predictorId: string, version: string): Promise<void>;
  states(predictorId: string, thingIds: readonly string[]): Promise<readonly StoredState[]>;
  /** Replaces what is stored of these things, whatever its revision. */
  putStates(predictorId: string, states: readonly StoredState[]): Promise<void>;
  /**
   * Things of the namespaces (absent: all) that have events after the state that is stored of them, or since `since` (milliseconds
   * since the epoch) where there is none; in the order of their IDs, those after `after`, looking at `limit` things at most.
   * `last` is where to go on after, absent at the end. States of things that are deleted go on the way.
   */
  behind(
    predictorId: string,
    namespaces: readonly string[] | undefined,
    since: number,
    after: string,
    limit: number,
  ): Promise<{ readonly thingIds: readonly string[]; readonly last: string | undefined }>;
  baselines(predictorId: string): Promise<ReadonlyMap<string, string>>;
  putBaseline(predictorId: string, version: string, baseline: string): Promise<void>;
  deleteBaseline(predictorId: string, version?: string): Promise<void>;
  /** Since when it is active, milliseconds since the epoch, as it was put. */
  activeSince(predictorId: string): Promise<number | undefined>;
  /** `undefined` deletes it. */
  putActiveSince(predictorId: string, since: number | undefined): Promise<void>;
  /** Those of which anything is kept: after a crash these may be more than there are. */
  predictorIds(): Promise<readonly string[]>;
  /** Deletes what it keeps of a predictor that is no more. */
  forget(predictorId: string): Promise<void>;
}
