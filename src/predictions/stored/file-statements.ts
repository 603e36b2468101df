// SQL of the files of models that are there, each by the upload that holds its bytes.

import { JournalUnavailable } from "../../journal/journal.ts";
import type { ModelFile } from "../predictors-api.ts";
import type { Asked } from "./asked.ts";
import type { StoredFile } from "./predictor-store.ts";
import { dropUpload, readPart } from "./upload-statements.ts";

const LIST = `
select version, bytes, checksum, created from predictor_file where predictor_id = $1 order by version`;

/** The files of a predictor, in the order of their versions. */
export async function listFiles({ read }: Asked, predictorId: string): Promise<readonly ModelFile[]> {
  const rows = await read(LIST, [predictorId]);
  return rows.map(
    ({ version, bytes, checksum, created }) => ({ version, bytes, checksum, created }) as ModelFile,
  );
}

const FIND = `
select upload, version, bytes, checksum, created from predictor_file where predictor_id = $1 and version = $2`;

/** A file with its bytes, part by part, as the store promises it. */
export async function openFile(
  asked: Asked,
  predictorId: string,
  wanted: string,
): Promise<StoredFile | undefined> {
  const [row] = await asked.read(FIND, [predictorId, wanted]);
  if (!row) return undefined;
  const { upload, version, bytes, checksum, created } = row;
  const file = { version, bytes, checksum, created } as ModelFile;
  return { file, content: contentOf(asked, predictorId, String(upload), file.bytes) };
}

async function* contentOf(
  asked: Asked,
  predictorId: string,
  upload: string,
  bytes: number,
): AsyncGenerator<Uint8Array> {
  let missing = bytes;
  for (let number = 0; missing > 0; number++) {
    const part = await readPart(asked, predictorId, upload, number);
    if (!part) throw new JournalUnavailable("The file is no longer there, or is another one by now.");
    missing -= part.length;
    yield part;
  }
}

/** The bytes of a file, as the store promises it. */
export async function* readFile(
  asked: Asked,
  predictorId: string,
  version: string,
): AsyncGenerator<Uint8Array> {
  const found = await openFile(asked, predictorId, version);
  if (!found) throw new JournalUnavailable("The file is no longer there.");
  yield* found.content;
}

const DELETE = "delete from predictor_file where predictor_id = $1 and version = $2 returning upload";

/** Deletes a file, if it is there. */
export async function deleteFile(asked: Asked, predictorId: string, version: string): Promise<void> {
  for (const { upload } of await asked.work(DELETE, [predictorId, version])) {
    await dropUpload(asked, predictorId, String(upload));
  }
}
