// The uploaded files of models: who may have them, how large they are, and that what is in use stays.

import { createHash } from "node:crypto";
import pLimit from "p-limit";
import type { JsonObject, JsonValue } from "../base/json/json.ts";
import { alone } from "../cluster/alone.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { atOwner } from "../dispatch/documents/at-owner.ts";
import { checkPreconditions } from "../dispatch/preconditions.ts";
import { JournalUnavailable } from "../journal/journal.ts";
import {
  modelChecksumWrong,
  modelInUse,
  modelInvalid,
  modelNotFound,
  modelTooLarge,
  predictorPreconditionFailed,
  predictorUnavailable,
  tooManyModels,
} from "./errors.ts";
import { isFileOf, modelsIn } from "./models-in.ts";
import { checkAccess, checkSubjects, type Grants } from "./permissions.ts";
import type { Asked, ModelFile, PredictorsApi } from "./predictors-api.ts";
import { checkVersion } from "./read/read-names.ts";
import type { ModelChecks, PredictorRuntime } from "./serving-api.ts";
import type { PredictorDocuments } from "./store.ts";
import type { PredictorStore, Upload, UploadTicket } from "./stored/predictor-store.ts";
import { UploadEnded, type UploadLimits, UploadPlaces } from "./upload-places.ts";

export interface ModelFileParts {
  readonly store: Pick<PredictorStore, "files" | "beginUpload" | "nameUpload" | "openFile" | "deleteFile">;
  /** Absent, the server is by itself. */
  readonly cluster?: Cluster;
  readonly checks: Pick<ModelChecks, "validateFile">;
  readonly runtime: Pick<PredictorRuntime, "fileStored">;
  readonly grants: Grants;
  readonly maxFileBytes: number;
  /** Of one predictor. */
  readonly maxFiles: number;
  readonly uploads?: UploadLimits;
}

const UPLOADS: UploadLimits = { atOnce: 20, ofOne: 4, silenceMs: 10_000 };
/** Files that are in memory as a whole, to be judged. */
const JUDGED_AT_ONCE = 2;

export interface FilesOfModels extends Pick<PredictorsApi, "files" | "putFile" | "getFile" | "deleteFile"> {
  /** Refuses with 503 what is being received, and all that is to be. */
  endUploads(): void;
}

/** Makes what the doors ask of files. */
export function modelFiles(parts: ModelFileParts, { documents }: PredictorDocuments): FilesOfModels {
  const files = new ModelFiles(parts, documents);
  return {
    files: (asked) => documents.attempt(asked.id, () => files.list(asked)),
    putFile: (asked, version, ...came) =>
      documents.attempt(asked.id, () => files.upload(asked, version, ...came)),
    getFile: (asked, version) => documents.attempt(asked.id, () => files.read(asked, version)),
    deleteFile: (asked, version) => files.delete({ asked, version }),
    endUploads: () => files.endUploads(),
  };
}

/** What is done about a file of a predictor. */
interface AskedFile {
  readonly asked: Asked;
  readonly version: string;
}

interface AskedUpload extends AskedFile {
  readonly file: ModelFile;
  readonly upload: UploadTicket;
}

/** What is JSON as it stands. */
const plain = <T>() => ({
  print: (asked: T) => asked as unknown as JsonValue,
  read: (json: JsonValue) => json as unknown as T,
});

/** So long the owner of a predictor may take. */
const OWNER_MS = 30_000;

class ModelFiles {
  readonly #parts: ModelFileParts;
  readonly #documents: PredictorDocuments["documents"];
  readonly #places: UploadPlaces;
  readonly #judging = pLimit(JUDGED_AT_ONCE);
  /** Both happen in the predictor's turn, which its owner in a cluster gives. */
  readonly delete: (asked: AskedFile) => Promise<void>;
  readonly #store: (asked: AskedUpload) => Promise<boolean>;

  constructor(parts: ModelFileParts, documents: PredictorDocuments["documents"]) {
    this.#parts = parts;
    this.#documents = documents;
    this.#places = new UploadPlaces(parts.uploads ?? UPLOADS);
    const { cluster = alone("") } = parts;
    const keyOf = ({ asked }: AskedFile) => documents.keyOf(asked.id);
    const unavailable = ({ asked }: AskedFile) => predictorUnavailable(asked.id);
    const common = { cluster, keyOf, unavailable, limitMs: OWNER_MS };
    this.delete = atOwner({
      ...{ ...common, ...plain<AskedFile>(), topic: "predictor.file.delete" },
      run: ({ asked, version }) => documents.inTurn(asked.id, () => this.#delete(asked, version)),
    });
    this.#store = atOwner({
      ...{ ...common, ...plain<AskedUpload>(), topic: "predictor.file.store" },
      run: (upload) => documents.inTurn(upload.asked.id, () => this.#named(upload)),
    });
  }

  endUploads(): void {
    this.#places.close();
  }

  async list(asked: Asked): Promise<readonly ModelFile[]> {
    await this.#predictor(asked, "READ");
    return this.#parts.store.files(asked.id);
  }

  async read(asked: Asked, version: string) {
    await this.#predictor(asked, "READ");
    const found = await this.#parts.store.openFile(asked.id, version);
    if (!found) throw modelNotFound(version);
    return { file: found.file, content: orUnavailable(found.content, asked.id) };
  }

  /** To be called in the predictor's turn. */
  async #delete(asked: Asked, version: string): Promise<void> {
    const predictor = await this.#predictor(asked, "WRITE");
    const file = (await this.#parts.store.files(asked.id)).find((one) => one.version === version);
    checkTag(asked, file);
    if (!file) throw modelNotFound(version);
    if (isInUse(predictor, version)) throw modelInUse(version);
    await this.#parts.store.deleteFile(asked.id, version);
  }

  /** What cannot be stored anyway is refused before it is received. */
  async upload(
    asked: Asked,
    version: string,
    content: AsyncIterable<Uint8Array>,
    checksum: string | undefined,
  ) {
    checkVersion(version);
    await this.#checkRoom(asked, version);
    return this.#places.take(asked.caller, async () => {
      const upload = await this.#parts.store.beginUpload(asked.id);
      try {
        return await this.#received(asked, version, upload, content, checksum);
      } catch (error) {
        await upload.drop();
        throw error instanceof UploadEnded ? predictorUnavailable(asked.id) : error;
      }
    });
  }

  async #received(
    asked: Asked,
    version: string,
    upload: Upload,
    content: AsyncIterable<Uint8Array>,
    checksum: string | undefined,
  ) {
    const received = await receive(this.#places.received(content), upload, this.#parts.maxFileBytes);
    if (checksum !== undefined && checksum.toLowerCase() !== received.checksum)
      throw modelChecksumWrong(checksum, received.checksum);
    await this.#judging(() => this.#judge(upload, asked.id));
    const file: ModelFile = { version, ...received, created: Date.now() };
    const isNew = await this.#store({ asked, version, file, upload: upload.ticket });
    await this.#parts.runtime.fileStored(asked.id, version);
    return { file, isNew };
  }

  async #judge(upload: Upload, predictorId: string): Promise<void> {
    this.#places.check();
    const parts: Uint8Array[] = [];
    for await (const part of upload.read()) parts.push(part);
    await this.#parts.checks.validateFile(parts, predictorId);
  }

  /** What was allowed before the file came need not be so any more. */
  async #named({ asked, file, upload }: AskedUpload): Promise<boolean> {
    const isNew = await this.#checkRoom(asked, file.version);
    await this.#parts.store.nameUpload(asked.id, upload, file);
    return isNew;
  }

  /**
   * Whether there is no such file yet. Refuses one in use, one too many, who may not write, and who would decide by it what a
   * predictor does for others.
   */
  async #checkRoom(asked: Asked, version: string): Promise<boolean> {
    const { store, maxFiles } = this.#parts;
    const predictor = await this.#predictor(asked, "WRITE");
    if (isInUse(predictor, version)) checkSubjects(asked.caller, predictor);
    const files = await store.files(asked.id);
    const before = files.find((file) => file.version === version);
    checkTag(asked, before);
    if (!before && files.length >= maxFiles) throw tooManyModels(maxFiles);
    if (before && isInUse(predictor, version)) throw modelInUse(version);
    return before === undefined;
  }

  #predictor({ caller, id }: Asked, permission: "READ" | "WRITE"): Promise<JsonObject> {
    return checkAccess(caller, id, this.#documents.now(id)?.value, permission, this.#parts.grants);
  }
}

const isInUse = (predictor: JsonObject, version: string): boolean =>
  modelsIn(predictor).some(({ value }) => isFileOf(value, version));

/** Holds the preconditions of a change against a file, whose entity tag is its checksum. */
function checkTag({ headers }: Asked, file: ModelFile | undefined): void {
  checkPreconditions(headers, file && `"${file.checksum}"`, false, predictorPreconditionFailed);
}

/** Writes all that comes; tells its size and SHA-256; refuses more than `most` bytes, and nothing. */
async function receive(content: AsyncIterable<Uint8Array>, upload: Upload, most: number) {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of content) {
    bytes += chunk.byteLength;
    if (bytes > most) throw modelTooLarge(most);
    hash.update(chunk);
    await upload.add(chunk);
  }
  if (bytes === 0) throw modelInvalid("The file is empty.");
  await upload.end();
  return { bytes, checksum: hash.digest("hex") };
}

/** The same content, of which a failure is told as that of everything else. */
async function* orUnavailable(content: AsyncIterable<Uint8Array>, id: string): AsyncGenerator<Uint8Array> {
  try {
    yield* content;
  } catch (error) {
    throw error instanceof JournalUnavailable ? predictorUnavailable(id) : error;
  }
}
