// How far an import is: noted in the transaction of each of its blocks, so that one that was interrupted can go on.

import type { Queries, Query } from "./database.ts";

/** What of a source is imported. */
export interface ImportProgress {
  /** Names the source. */
  readonly source: string;
  readonly blocks: number;
  /** The digest of all that is imported. */
  readonly chain: string;
}

/** The import that is under way, or was interrupted. */
export async function importProgress(query: Query): Promise<ImportProgress | undefined> {
  const [row] = await query("select source, blocks, chain from import_progress", []);
  return row as ImportProgress | undefined;
}

const BEGIN = `
insert into import_progress (source, blocks, chain)
select $1, $2::bigint, $3 where not exists (select from import_progress) returning source`;
const GO_ON = `
update import_progress set blocks = $2::bigint, chain = $3
where source = $1 and blocks = $2::bigint - 1 returning source`;
const END = "delete from import_progress where source = $1 and blocks = $2::bigint returning source";

/** Notes that an import begins. @throws Error where another one has begun meanwhile. */
export const beginImport = (query: Query, progress: ImportProgress): Promise<void> =>
  noted(query(BEGIN, [progress.source, progress.blocks, progress.chain]));

/** Notes the next block, within the transaction that writes it. @throws Error where another import has done so meanwhile. */
export const noteBlock = (query: Query, progress: ImportProgress): Promise<void> =>
  noted(query(GO_ON, [progress.source, progress.blocks, progress.chain]));

/** Notes that all is there. @throws Error where another import is at work. */
export const endImport = (query: Query, { source, blocks }: ImportProgress): Promise<void> =>
  noted(query(END, [source, blocks]));

async function noted(rows: Promise<readonly unknown[]>): Promise<void> {
  if ((await rows).length !== 1)
    throw new Error("Another import works on the same database; end one of them.");
}

/** @throws Error that says what to do, where only a part of the data is there. */
export async function refuseUnfinishedImport(database: Queries): Promise<void> {
  if (!(await importProgress(database.query))) return;
  throw new Error(
    "An import into the database is not finished: run `pollux import` with the same file once more; it goes on where it stopped.",
  );
}
