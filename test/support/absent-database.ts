import { type Database, DatabaseError } from "../../src/journal/database.ts";

const refuse = () => Promise.reject(new DatabaseError("there is no database", undefined));

/** A database that never answers, for servers of which nobody searches. */
export const absentDatabase: Database = {
  isEmbedded: false,
  lanes: 1,
  write: refuse,
  query: refuse,
  transaction: refuse,
  background: refuse,
  search: refuse,
  session: refuse,
  close: async () => undefined,
};
