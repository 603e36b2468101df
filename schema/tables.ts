// What is stored: one row per event, and beside it the newest state of every entity and some of the older ones.

import { sql } from "drizzle-orm";
import { bigint, customType, index, pgTable, primaryKey, text } from "drizzle-orm/pg-core";

/** Text ordered by code point on every database, whatever its locale: keyset paging relies on it. */
const codePointText = customType<{ data: string }>({ dataType: () => 'text collate "C"' });

const milliseconds = (name: string) => bigint(name, { mode: "number" }).notNull();

/**
 * The truth. JSON is kept as `text`: it comes back as it went in, digit by digit, and needs no parsing on the way
 * (`json` costs a validation a row, `jsonb` would reorder keys and round numbers).
 */
export const journal = pgTable(
  "journal",
  {
    kind: codePointText("kind").notNull(),
    id: codePointText("id").notNull(),
    revision: bigint("revision", { mode: "number" }).notNull(),
    timestamp: milliseconds("timestamp"),
    action: text("action").notNull(),
    path: text("path").notNull(),
    value: text("value"),
    headers: text("headers"),
    metadata: text("metadata"),
  },
  (table) => [primaryKey({ name: "journal_pk", columns: [table.id, table.kind, table.revision] })],
);

/** The newest remembered state of each entity; can be rebuilt from the journal. */
export const snapshot = pgTable(
  "snapshot",
  {
    kind: codePointText("kind").notNull(),
    id: codePointText("id").notNull(),
    revision: bigint("revision", { mode: "number" }).notNull(),
    state: text("state"),
    created: milliseconds("created"),
    modified: milliseconds("modified"),
    metadata: text("metadata"),
  },
  (table) => [primaryKey({ name: "snapshot_pk", columns: [table.id, table.kind] })],
);

/** Every snapshot that history may start from, the newest included; goes with the journal rows before it. */
export const keptSnapshot = pgTable(
  "kept_snapshot",
  {
    kind: codePointText("kind").notNull(),
    id: codePointText("id").notNull(),
    revision: bigint("revision", { mode: "number" }).notNull(),
    state: text("state"),
    created: milliseconds("created"),
    modified: milliseconds("modified"),
    metadata: text("metadata"),
  },
  (table) => [
    primaryKey({ name: "kept_snapshot_pk", columns: [table.id, table.kind, table.revision] }),
    index("kept_snapshot_time").on(table.id, table.kind, table.modified, table.revision),
  ],
);

/** Which migration files a database has seen. The first migration makes this table too. */
export const migration = pgTable("migration", {
  name: text("name").primaryKey(),
  applied: bigint("applied", { mode: "number" })
    .notNull()
    .default(sql`(extract(epoch from now()) * 1000)::bigint`),
});

/**
 * Policies that want to be looked at because of their subjects, and the earliest moment they do: 0 where it is not
 * known. Written with the events that change it, so a start finds them without reading policies.
 */
export const policyDue = pgTable(
  "policy_due",
  { id: codePointText("id").primaryKey(), due: milliseconds("due") },
  (table) => [index("policy_due_order").on(table.due, table.id)],
);
