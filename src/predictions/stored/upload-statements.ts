// SQL of uploads: written part by part as they come, each becomes a file with one statement. What a crash, or a failure, leaves
// behind of one is found by its age.

import type { ModelFile } from "../predictors-api.ts";
import type { Asked } from "./asked.ts";

/** Parts that are deleted at once. */
const STEP = 20;
/** No upload goes without a new part for so long. */
const LEFT_BEHIND_MS = 3_600_000;

const ADD_PART = `
insert into predictor_file_part (predictor_id, upload, number, content, created)
values ($1, $2, $3::int, decode($4, 'base64'), $5::bigint)`;

export async function addPart(
  { work }: Asked,
  predictorId: string,
  upload: string,
  number: number,
  content: Buffer,
): Promise<void> {
  await work(ADD_PART, [predictorId, upload, number, content.toString("base64"), Date.now()]);
}

const READ_PART = `
select encode(content, 'base64') as content from predictor_file_part
where predictor_id = $1 and upload = $2 and number = $3::int`;

/** The bytes of a part; `undefined` where it is not there. */
export async function readPart(
  { read }: Asked,
  predictorId: string,
  upload: string,
  number: number,
): Promise<Buffer | undefined> {
  const [part] = await read(READ_PART, [predictorId, upload, number]);
  return part && Buffer.from(String(part.content), "base64");
}

// Whoever replaces the same file at the same time waits for the row, which has to be looked at before it is changed. Parts may be missing where the predictor was forgotten
// while they came.
const NAME_UPLOAD = `
with before as materialized (
  select upload from predictor_file where predictor_id = $1 and version = $2 for update
),
put as (
  insert into predictor_file (predictor_id, version, upload, bytes, checksum, created)
  select $1, $2, $3, $4::bigint, $5, $6::bigint
  where (select count(*) from before) <= 1
    and (select count(*) from predictor_file_part where predictor_id = $1 and upload = $3) = $7::bigint
  on conflict (predictor_id, version) do update
  set upload = excluded.upload, bytes = excluded.bytes, checksum = excluded.checksum, created = excluded.created
  returning 1
)
select (select count(*) from put) as named, (select upload from before) as before`;

/** Makes an upload of so many parts the file of a version. False, and nothing is changed, where it has not as many. */
export async function nameUpload(
  asked: Asked,
  predictorId: string,
  upload: string,
  parts: number,
  { version, bytes, checksum, created }: ModelFile,
): Promise<boolean> {
  const named = [predictorId, version, upload, bytes, checksum, created, parts];
  const [row] = await asked.work(NAME_UPLOAD, named);
  if (Number(row?.named) === 0) return false;
  if (row?.before != null) await dropUpload(asked, predictorId, String(row.before)).catch(() => undefined); // the file is stored; later, then
  return true;
}

const DROP_PARTS = `
delete from predictor_file_part where ctid = any(array(
  select ctid from predictor_file_part where predictor_id = $1 and upload = $2 limit ${STEP}
)) returning number`;

/** Deletes the parts of an upload, some at a time. */
export async function dropUpload({ work }: Asked, predictorId: string, upload: string): Promise<void> {
  let deleted: number;
  do {
    deleted = (await work(DROP_PARTS, [predictorId, upload])).length;
  } while (deleted === STEP);
}

const IS_NAMED = "select from predictor_file where predictor_id = $1 and upload = $2";

/** Where the answer to the statement that names an upload did not come, it may have been carried out. */
export async function dropUnnamed(asked: Asked, predictorId: string, upload: string): Promise<void> {
  const named = await asked.work(IS_NAMED, [predictorId, upload]);
  if (named.length === 0) await dropUpload(asked, predictorId, upload);
}

const LEFT_BEHIND = `
select upload from predictor_file_part as part
where predictor_id = $1 and not exists (
  select from predictor_file as file where file.predictor_id = $1 and file.upload = part.upload
)
group by upload having max(created) < $2::bigint`;

/** Deletes what was left behind of uploads. */
export async function dropLeftBehind(asked: Asked, predictorId: string): Promise<void> {
  for (const { upload } of await asked.work(LEFT_BEHIND, [predictorId, Date.now() - LEFT_BEHIND_MS])) {
    await dropUpload(asked, predictorId, String(upload));
  }
}
