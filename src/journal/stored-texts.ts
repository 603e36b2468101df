// The JSON texts that are stored of one kind of entity, to be written anew in place: what they say stays the same.

import { pack, type Queries, unpack } from "./database.ts";
import type { StoredKind } from "./journal.ts";

/** Where texts are: the newest states, all kept ones, and the events that set a whole entity. */
export type TextPlace = "snapshot" | "kept_snapshot" | "journal";

/** Names a row of a place. */
export interface TextKey {
  readonly id: string;
  readonly revision: number;
}

export interface StoredText extends TextKey {
  readonly text: string;
}

/** A row whose text is to be another. */
export interface ReplacedText extends StoredText {
  /** Unless the row says this by now, it stays. */
  readonly before: string;
}

interface Place {
  readonly column: string;
  readonly condition: string;
}

const places: Readonly<Record<TextPlace, Place>> = {
  snapshot: { column: "state", condition: "true" },
  kept_snapshot: { column: "state", condition: "true" },
  journal: { column: "value", condition: "path = '/'" },
};

/** Every entity has a snapshot, so these lead to the rows of a kind; each lookup by ID walks an index. */
const listIn = (place: TextPlace): string => {
  const { column, condition } = places[place];
  return `
select entity.id, found.revision, found.text
from (select id from snapshot where kind = $1 and id >= $2 order by id) as entity
cross join lateral (
  select revision, ${column} as text from ${place} as stored
  where stored.id = entity.id and stored.kind = $1 and ${column} is not null and ${condition}
    and (entity.id > $2 or revision > $3::bigint)
  order by revision offset 0
) as found
order by entity.id, found.revision limit $4::bigint`;
};

/**
 * The texts of a kind in a place, deleted entities included, in the order of ids and revisions after `after`, at most `limit`.
 * Rejects with a DatabaseError.
 */
export async function listTexts(
  database: Queries,
  place: TextPlace,
  kind: StoredKind,
  after: TextKey,
  limit: number,
): Promise<readonly StoredText[]> {
  const rows = await database.query(listIn(place), [kind, after.id, after.revision, limit]);
  return rows as unknown as readonly StoredText[];
}

const replaceIn = (place: TextPlace): string => `
update ${place} as stored set ${places[place].column} = given.text
from (
  select ${unpack(2)} as id, ${unpack(3)}::bigint as revision, ${unpack(4)} as before, ${unpack(5)} as text
) as given
where stored.id = given.id and stored.kind = $1 and stored.revision = given.revision
  and stored.${places[place].column} = given.before
returning stored.id`;

/** Writes texts anew in one statement; resolves with how many still said what they were said to. Rejects with a DatabaseError. */
export async function replaceTexts(
  database: Queries,
  place: TextPlace,
  kind: StoredKind,
  rows: readonly ReplacedText[],
): Promise<number> {
  if (rows.length === 0) return 0;
  const replaced = await database.query(replaceIn(place), [
    kind,
    pack(rows.map((row) => row.id)),
    pack(rows.map((row) => row.revision)),
    pack(rows.map((row) => row.before)),
    pack(rows.map((row) => row.text)),
  ]);
  return replaced.length;
}
