import { PGlite } from "@electric-sql/pglite";
import postgres from "postgres";
import type { Place } from "./place.ts";

/** Entities whose rows are not numbered from 1 without a gap. */
const gaps = `
  select kind || ' ' || id || ': ' || count(*) || ' rows from ' || min(revision) || ' to ' || max(revision) as gap
  from journal group by kind, id
  having min(revision) <> 1 or count(*) <> max(revision)
  order by 1 limit 20`;

/** Looks for gaps in the journal itself; no server may be running on an embedded database. */
export async function journalGaps({ database }: Place): Promise<string[]> {
  const rows = "url" in database ? await askPostgres(database.url) : await askFolder(database.folder);
  return rows.map(({ gap }) => `journal: ${gap}`);
}

async function askPostgres(url: string): Promise<readonly { gap: string }[]> {
  const sql = postgres(url, { max: 1 });
  try {
    return await sql.unsafe<{ gap: string }[]>(gaps);
  } finally {
    await sql.end();
  }
}

async function askFolder(folder: string): Promise<readonly { gap: string }[]> {
  const database = await PGlite.create(folder);
  try {
    return (await database.query<{ gap: string }>(gaps)).rows;
  } finally {
    await database.close();
  }
}
