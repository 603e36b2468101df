import { openDatabase } from "../../src/journal/open.ts";
import type { Place } from "./place.ts";

/** Entities whose rows are not numbered from 1 without a gap. */
const gaps = `
  select kind || ' ' || id || ': ' || count(*) || ' rows from ' || min(revision) || ' to ' || max(revision) as gap
  from journal group by kind, id
  having min(revision) <> 1 or count(*) <> max(revision)
  order by 1 limit 20`;

/** Looks for gaps in the journal itself; no server may be running on an embedded database. */
export async function journalGaps({ storage }: Place): Promise<string[]> {
  const database = await openDatabase(storage);
  try {
    const rows = await database.query(gaps, []);
    return rows.map(({ gap }) => `journal: ${String(gap)}`);
  } finally {
    await database.close();
  }
}
