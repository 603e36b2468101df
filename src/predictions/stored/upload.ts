// A file on its way into the database, of which no more than a part is in memory.

import { randomUUID } from "node:crypto";
import { JournalUnavailable } from "../../journal/journal.ts";
import type { ModelFile } from "../predictors-api.ts";
import type { Asked } from "./asked.ts";
import type { Upload, UploadTicket } from "./predictor-store.ts";
import { addPart, dropLeftBehind, dropUnnamed, nameUpload, readPart } from "./upload-statements.ts";

/** A part is a statement, behind which commands may have to wait. */
const PART_BYTES = 262_144;

/** Begins an upload, as the store promises it. */
export async function beginUpload(asked: Asked, predictorId: string): Promise<Upload> {
  await dropLeftBehind(asked, predictorId);
  return new PartsOfUpload(asked, predictorId);
}

class PartsOfUpload implements Upload {
  readonly #asked: Asked;
  readonly #predictorId: string;
  readonly #id = randomUUID();
  // Copied into: what is kept of many small chunks would be far more than their bytes.
  readonly #part = Buffer.allocUnsafe(PART_BYTES);
  #filled = 0;
  #parts = 0;

  constructor(asked: Asked, predictorId: string) {
    this.#asked = asked;
    this.#predictorId = predictorId;
  }

  async add(bytes: Uint8Array): Promise<void> {
    for (let from = 0; from < bytes.length; ) {
      const piece = bytes.subarray(from, from + PART_BYTES - this.#filled);
      this.#part.set(piece, this.#filled);
      this.#filled += piece.length;
      from += piece.length;
      if (this.#filled === PART_BYTES) await this.#write();
    }
  }

  async end(): Promise<void> {
    if (this.#filled > 0) await this.#write();
  }

  async #write(): Promise<void> {
    const content = this.#part.subarray(0, this.#filled);
    await addPart(this.#asked, this.#predictorId, this.#id, this.#parts, content);
    this.#parts++;
    this.#filled = 0;
  }

  async *read(): AsyncGenerator<Uint8Array> {
    for (let number = 0; number < this.#parts; number++) {
      const part = await readPart(this.#asked, this.#predictorId, this.#id, number);
      if (!part) throw gone();
      yield part;
    }
  }

  get ticket(): UploadTicket {
    return { id: this.#id, parts: this.#parts };
  }

  async drop(): Promise<void> {
    await dropUnnamed(this.#asked, this.#predictorId, this.#id).catch(() => undefined); // goes as one that is left behind
  }
}

/** Makes what was uploaded a file, as the store promises it. */
export async function nameTicket(
  asked: Asked,
  predictorId: string,
  { id, parts }: UploadTicket,
  file: ModelFile,
): Promise<void> {
  if (!(await nameUpload(asked, predictorId, id, parts, file))) throw gone();
}

const gone = () => new JournalUnavailable("The predictor was deleted while the file came.");
