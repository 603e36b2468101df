// How what is stored beside the journal asks the database: its failures are told as the journal's are.

import { type Database, DatabaseError, type Query } from "../../journal/database.ts";
import { JournalUnavailable } from "../../journal/journal.ts";

/** Two ways to ask: `read` for what somebody waits for, `work` for all else, which lets commands go first. */
export interface Asked {
  readonly read: Query;
  readonly work: Query;
}

export const asked = (database: Pick<Database, "query" | "background">): Asked => ({
  read: (text, parameters) => told(database.query(text, parameters)),
  work: (text, parameters) => told(database.background(text, parameters)),
});

async function told<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof DatabaseError) throw new JournalUnavailable(error.message, { cause: error });
    throw error;
  }
}
