// The journal's SQL for rows and their snapshots, each statement for many of them at once.

import { type Database, pack, type Queries, type Row, unpack } from "./database.ts";
import { duesOf, hasDue, withDues } from "./due-statements.ts";
import type { EntityKey, JournalRow, Recorded, SnapshotRow, StoredKind } from "./journal.ts";

/** The columns of an inserted row; its metadata, which few have, are only spoken of where one of a batch has some. */
const COLUMNS = "kind, id, revision, timestamp, action, path, value, headers";

// The path alone may be empty; `concat` makes that of the null it is unpacked as.
const VALUES = `${unpack(1)}, ${unpack(2)}, ${unpack(3)}::bigint, ${unpack(4)}::bigint, ${unpack(5)},
       concat(${unpack(6)}), ${unpack(7)}, ${unpack(8)}`;

const INSERT_ROWS = `insert into journal (${COLUMNS}) select ${VALUES}`;
const INSERT_ROWS_WITH_METADATA = `insert into journal (${COLUMNS}, metadata) select ${VALUES}, ${unpack(9)}`;

const SNAPSHOT_COLUMNS = "kind, id, revision, state, created, modified, metadata";
const NEWER_SNAPSHOT = `
on conflict (id, kind) do update
set revision = excluded.revision, state = excluded.state, created = excluded.created, modified = excluded.modified,
    metadata = excluded.metadata
where excluded.revision > stored.revision`;

// An entity may be born twice in one batch, with its deletion between; only its newest life counts.
const recordedRows = (insert: string): string => `
with recorded as (${insert} returning kind, id, revision, timestamp, action, path, value, metadata)`;
const BIRTHS = `
insert into snapshot as stored (${SNAPSHOT_COLUMNS})
select distinct on (id, kind) kind, id, revision, value, timestamp, timestamp, metadata
from recorded where action = 'created' and path = '/' order by id, kind, revision desc ${NEWER_SNAPSHOT}`;

const withBirths = (insert: string): string => recordedRows(insert) + BIRTHS;

const INSERT_BIRTHS = withBirths(INSERT_ROWS);
const INSERT_BIRTHS_WITH_METADATA = withBirths(INSERT_ROWS_WITH_METADATA);
const INSERT_DUES = withDues(`${recordedRows(INSERT_ROWS)}, births as (${BIRTHS})`, 9);
const INSERT_DUES_WITH_METADATA = withDues(
  `${recordedRows(INSERT_ROWS_WITH_METADATA)}, births as (${BIRTHS})`,
  10,
);

/** Whether a row is the first of an entity's life. */
const isBirth = (row: JournalRow): boolean => row.action === "created" && row.path === "/";
const hasMetadata = (row: JournalRow): boolean => row.metadata !== null;

/**
 * Commits rows in one statement, all or none; with a row that brings an entity into being, its snapshot, and with one
 * that says when its policy is due, that.
 * @throws DatabaseError, with {@link UNIQUE_VIOLATION} when one of the revisions is in use.
 */
export function insertRows(database: Database, lane: number, rows: readonly JournalRow[]): Promise<void> {
  const columns = [
    pack(rows.map((row) => row.kind)),
    pack(rows.map((row) => row.id)),
    pack(rows.map((row) => row.revision)),
    pack(rows.map((row) => row.timestamp)),
    pack(rows.map((row) => row.action)),
    pack(rows.map((row) => row.path)),
    pack(rows.map((row) => row.value)),
    pack(rows.map((row) => row.headers)),
  ];
  const births = rows.some(isBirth);
  const noted = rows.some(hasDue);
  if (!rows.some(hasMetadata)) {
    if (noted) return database.write(lane, INSERT_DUES, [...columns, ...duesOf(rows)]);
    return database.write(lane, births ? INSERT_BIRTHS : INSERT_ROWS, columns);
  }
  columns.push(pack(rows.map((row) => row.metadata)));
  if (noted) return database.write(lane, INSERT_DUES_WITH_METADATA, [...columns, ...duesOf(rows)]);
  return database.write(lane, births ? INSERT_BIRTHS_WITH_METADATA : INSERT_ROWS_WITH_METADATA, columns);
}

const TAKEN_IDS = `
select distinct journal.id
from (select ${unpack(1)} as kind, ${unpack(2)} as id, ${unpack(3)}::bigint as revision) as wanted
join journal using (kind, id, revision)`;

/** Which of the rows' ids have a revision in use by another row. */
export async function takenIds(database: Database, rows: readonly JournalRow[]): Promise<Set<string>> {
  const taken = await database.query(TAKEN_IDS, [
    pack(rows.map((row) => row.kind)),
    pack(rows.map((row) => row.id)),
    pack(rows.map((row) => row.revision)),
  ]);
  return new Set(taken.map((row) => String(row.id)));
}

/** Snapshots and journal rows as rows of one query; of the two only a row of the journal has an action. */
export const SNAPSHOT_AS_ROW = `kind, id, revision, created as timestamp, modified, null as action, null as path,
  state as value, null as headers, metadata`;
export const ROW_BESIDE_SNAPSHOT = `later.kind, later.id, later.revision, later.timestamp, null, later.action,
  later.path, later.value, later.headers, later.metadata`;

// One statement, so that snapshot and tail are of one moment. `offset 0` keeps the planner on one index walk a key.
const LOAD = `
with wanted as materialized (select ${unpack(1)} as kind, ${unpack(2)} as id),
known as materialized (
  select newest.* from wanted cross join lateral (
    select * from snapshot where snapshot.id = wanted.id and snapshot.kind = wanted.kind offset 0
  ) as newest
)
select ${SNAPSHOT_AS_ROW} from known
union all
select ${ROW_BESIDE_SNAPSHOT} from wanted left join known using (kind, id) cross join lateral (
  select * from journal
  where journal.id = wanted.id and journal.kind = wanted.kind and journal.revision > coalesce(known.revision, 0)
  order by journal.revision offset 0
) as later`;

/** Reads what is known of several entities, in the order of the keys. */
export async function loadMany(database: Database, keys: readonly EntityKey[]): Promise<readonly Recorded[]> {
  const rows = await database.query(LOAD, [
    pack(keys.map((key) => key.kind)),
    pack(keys.map((key) => key.id)),
  ]);
  const found = new Map(keys.map((key) => [keyText(key), { snapshot: undefined, tail: [] } as Found]));
  for (const row of rows) addTo(found.get(keyText(row as unknown as EntityKey))!, row);
  for (const entity of found.values()) entity.tail.sort((a, b) => a.revision - b.revision);
  return keys.map((key) => found.get(keyText(key))!);
}

export interface Found {
  snapshot: SnapshotRow | undefined;
  readonly tail: JournalRow[];
}

/** Puts a row of a query that answers both sorts where it belongs. */
export function addTo(entity: Found, row: Row): void {
  if (row.action === null) entity.snapshot = snapshotRow(row);
  else entity.tail.push(journalRow(row));
}

/** A text that two keys share only when they are equal. */
export function keyText(key: EntityKey): string {
  return `${key.kind} ${key.id}`;
}

function snapshotRow(row: Row): SnapshotRow {
  const { kind, id, revision, timestamp: created, modified, value: state, metadata } = row;
  return { kind, id, revision, state, created, modified, metadata } as SnapshotRow;
}

function journalRow(row: Row): JournalRow {
  const { kind, id, revision, timestamp, action, path, value, headers, metadata } = row;
  return { kind, id, revision, timestamp, action, path, value, headers, metadata } as JournalRow;
}

const STORE_SNAPSHOTS = `
with given as materialized (
  select ${unpack(1)} as kind, ${unpack(2)} as id, ${unpack(3)}::bigint as revision, ${unpack(4)} as state,
         ${unpack(5)}::bigint as created, ${unpack(6)}::bigint as modified, ${unpack(7)} as metadata
),
kept as (
  insert into kept_snapshot (${SNAPSHOT_COLUMNS}) select ${SNAPSHOT_COLUMNS} from given on conflict do nothing
)
insert into snapshot as stored (${SNAPSHOT_COLUMNS})
select distinct on (id, kind) ${SNAPSHOT_COLUMNS} from given order by id, kind, revision desc ${NEWER_SNAPSHOT}`;

/** Stores snapshots in one statement: all of them are kept, the newest of each entity stands for it. */
export async function upsertSnapshots(database: Database, rows: readonly SnapshotRow[]): Promise<void> {
  await database.query(STORE_SNAPSHOTS, [
    pack(rows.map((row) => row.kind)),
    pack(rows.map((row) => row.id)),
    pack(rows.map((row) => row.revision)),
    pack(rows.map((row) => row.state)),
    pack(rows.map((row) => row.created)),
    pack(rows.map((row) => row.modified)),
    pack(rows.map((row) => row.metadata)),
  ]);
}

const LIST_IDS = `
select id from snapshot where kind = $1 and id > $2 and state is not null order by id limit $3::bigint`;

/** The ids of living entities, as the journal promises them. */
export async function listIds(
  database: Database,
  kind: StoredKind,
  after: string,
  limit: number,
): Promise<readonly string[]> {
  const rows = await database.query(LIST_IDS, [kind, after, limit]);
  return rows.map((row) => String(row.id));
}

/** The oldest row that an entity still has. */
export const OLDEST = "select revision from journal where id = $1 and kind = $2 order by revision limit 1";

// Revisions have no gaps, so a range of them bounds the rows whatever plan is made for it; a limit alone would not.
const READ_EVENTS = `
select ${COLUMNS}, metadata from journal
where id = $1 and kind = $2 and revision >= $3::bigint
  and revision <= least($4::bigint, greatest($3::bigint, (${OLDEST})) + $5::bigint - 1)
order by revision`;

/** The recorded events of an entity, as the journal promises them. */
export async function readEvents(
  database: Queries,
  key: EntityKey,
  from: number,
  to: number,
  limit: number,
): Promise<readonly JournalRow[]> {
  const rows = await database.query(READ_EVENTS, [key.id, key.kind, from, to, limit]);
  return rows.map(journalRow);
}
