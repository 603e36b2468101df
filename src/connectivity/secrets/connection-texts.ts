// What a database holds of connections, as the migration of their secrets wants it.

import type { Queries } from "../../journal/database.ts";
import {
  listTexts,
  type ReplacedText,
  replaceTexts,
  type StoredText,
  type TextKey,
  type TextPlace,
} from "../../journal/stored-texts.ts";

/** The texts of connections. Calls are rejected with a DatabaseError where the database does not answer. */
export interface ConnectionTexts {
  /** Those of a place after a row, at most so many. */
  list(place: TextPlace, after: TextKey, limit: number): Promise<readonly StoredText[]>;
  /** Writes some anew, unless they have changed meanwhile. */
  replace(place: TextPlace, rows: readonly ReplacedText[]): Promise<number>;
}

export const connectionTexts = (database: Queries): ConnectionTexts => ({
  list: (place, after, limit) => listTexts(database, place, "connection", after, limit),
  replace: (place, rows) => replaceTexts(database, place, "connection", rows),
});
