// The journal on a database: a writer in front of the inserts, a loader in front of the reads.

import { type Database, DatabaseError } from "./database.ts";
import { listDue, setUnknownDue } from "./due-statements.ts";
import { listReach, loadAt, prune } from "./history-statements.ts";
import { type Journal, type JournalObservation, JournalUnavailable, type SnapshotRow } from "./journal.ts";
import { LOADER_LIMITS, Loader } from "./loader.ts";
import { isDivided } from "./partitions.ts";
import { listRecent } from "./recent-statements.ts";
import type { WriterLimits } from "./sink.ts";
import {
  insertRows,
  keyText,
  listIds,
  loadMany,
  readEvents,
  takenIds,
  upsertSnapshots,
} from "./statements.ts";
import { WRITER_LIMITS, Writer } from "./writer.ts";

/** Snapshots of one statement, and the size of their states. */
const SNAPSHOT_ROWS = 500;
const SNAPSHOT_BYTES = 4 * 1024 * 1024;

/** Makes a journal of a migrated database; closing the journal closes the database. */
export function storedJournal(
  database: Database,
  observe: (fact: JournalObservation) => void,
  limits: WriterLimits = WRITER_LIMITS,
): Journal {
  const writer = new Writer(
    {
      lanes: database.lanes,
      insert: (lane, rows) => insertRows(database, lane, rows),
      taken: (rows) => takenIds(database, rows),
      probe: (lane) => database.write(lane, "select 1", []),
    },
    limits,
    observe,
  );
  const loader = new Loader((keys) => told(loadMany(database, keys)), LOADER_LIMITS);
  return {
    append: (rows, settled) => writer.append(rows, settled),
    load: (kind, id) => loader.load({ kind, id }),
    storeSnapshots: async (rows) => {
      for (const batch of snapshotBatches(rows)) await told(upsertSnapshots(database, batch));
    },
    listIds: (kind, after, limit) => told(listIds(database, kind, after, limit)),
    readEvents: (kind, id, from, to, limit) => told(readEvents(database, { kind, id }, from, to, limit)),
    loadAt: (kind, id, moment, limit) => told(loadAt(database, { kind, id }, moment, limit)),
    listReach: (after, edge, ahead, limit) => told(listReach(database, after, edge, ahead, limit)),
    prune: (keys, edge, limit) =>
      told(isDivided(database).then((divided) => prune(database, keys, edge, limit, divided))),
    recent: (kind, agoMs, after, limit) => told(listRecent(database, kind, agoMs, after, limit)),
    listDue: (after, limit) => told(listDue(database, after, limit)),
    setUnknownDue: (id, due) => told(setUnknownDue(database, id, due)),
    finish: () => writer.close(),
    close: async () => {
      await writer.close();
      await database.close();
    },
  };
}

/** Callers know of a journal that is unavailable, not of databases. */
async function told<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof DatabaseError) throw new JournalUnavailable(error.message, { cause: error });
    throw error;
  }
}

/** In one order, so that two stores at once cannot wait for each other in a circle. */
function* snapshotBatches(rows: readonly SnapshotRow[]): Generator<readonly SnapshotRow[]> {
  const ordered = rows
    .map((row) => ({ row, key: keyText(row) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.row.revision - b.row.revision))
    .map(({ row }) => row);
  let batch: SnapshotRow[] = [];
  let bytes = 0;
  for (const row of ordered) {
    batch.push(row);
    bytes += row.state?.length ?? 0;
    if (batch.length < SNAPSHOT_ROWS && bytes < SNAPSHOT_BYTES) continue;
    yield batch;
    batch = [];
    bytes = 0;
  }
  if (batch.length > 0) yield batch;
}
