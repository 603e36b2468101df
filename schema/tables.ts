// What is stored: one row per event, and beside it the newest state of every entity and some of the older ones.

import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  customType,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
} from "drizzle-orm/pg-core";

/** Text ordered by code point on every database, whatever its locale: keyset paging relies on it. */
const codePointText = customType<{ data: string }>({ dataType: () => 'text collate "C"' });

const bytes = customType<{ data: Uint8Array }>({ dataType: () => "bytea" });

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
    // When the database wrote the row, by its own clock; 0 in rows from before there was this column. Other than `extract`, this
    // needs no `numeric`.
    recorded: milliseconds("recorded").default(sql`(date_part('epoch', clock_timestamp()) * 1000)::bigint`),
  },
  (table) => [
    primaryKey({ name: "journal_pk", columns: [table.id, table.kind, table.revision] }),
    // Rows come in the order of this time, so what is recent lies together.
    index("journal_recorded")
      .using("brin", table.recorded)
      .with({ autosummarize: true, pages_per_range: 32 }),
  ],
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

/**
 * What search looks at: one row a thing, written behind the journal and never ahead of it. It can be made again from the
 * journal at any time. `thing` is the thing with its special fields, as far as its namespace is indexed. `keys`
 * stand for what filters can find in it (src/search/keys.ts); unlike of documents, the database knows of them which
 * are rare. `pulse` is false for one row in 64, and for long things: there a query looks at the clock
 * (`search_in_time`).
 */
export const searchThing = pgTable(
  "search_thing",
  {
    id: codePointText("id").primaryKey(),
    namespace: codePointText("namespace").notNull(),
    policyId: codePointText("policy_id").notNull(),
    revision: bigint("revision", { mode: "number" }).notNull(),
    thing: jsonb("thing").notNull(),
    keys: integer("keys").array().notNull(),
    pulse: boolean("pulse").notNull(),
  },
  (table) => [
    index("search_thing_policy").on(table.policyId, table.namespace),
    index("search_thing_namespace").on(table.namespace, table.id),
    // Each query goes through what is pending, in full.
    index("search_thing_keys").using("gin", table.keys).with({ gin_pending_list_limit: 256 }),
  ],
);

/**
 * Who may read what of the things of a namespace that use a policy, compiled from the policy and all that counts in it
 * (`sources`, of which `version` names the revisions). `readers` may read something; those of them in `partial` may
 * not read everything, or not on their own word. `rules` tells, by the pointer of a resource, to whom READ is granted (`g`) and
 * from whom it is revoked (`r`).
 */
export const searchAccess = pgTable(
  "search_access",
  {
    policyId: codePointText("policy_id").notNull(),
    namespace: codePointText("namespace").notNull(),
    version: text("version").notNull(),
    sources: text("sources").array().notNull(),
    readers: text("readers").array().notNull(),
    partial: text("partial").array().notNull(),
    rules: jsonb("rules").notNull(),
  },
  (table) => [
    primaryKey({ name: "search_access_pk", columns: [table.policyId, table.namespace] }),
    index("search_access_sources").using("gin", table.sources),
    index("search_access_readers").using("gin", table.readers),
    index("search_access_partial").using("gin", table.partial),
  ],
);

/** What is known of the index as a whole, such as the key that signs cursors. */
export const searchState = pgTable("search_state", {
  name: text("name").primaryKey(),
  value: text("value").notNull(),
});

/**
 * The files of models that predictors use. Their bytes are the parts of an upload, which is named here once all of them are
 * written: so a file is there as a whole, and the one it replaces until then.
 */
export const predictorFile = pgTable(
  "predictor_file",
  {
    predictorId: codePointText("predictor_id").notNull(),
    version: codePointText("version").notNull(),
    upload: text("upload").notNull(),
    bytes: bigint("bytes", { mode: "number" }).notNull(),
    checksum: text("checksum").notNull(),
    created: milliseconds("created"),
  },
  (table) => [primaryKey({ name: "predictor_file_pk", columns: [table.predictorId, table.version] })],
);

/** Parts of uploads. Those of an upload that no file names are being written, or were left behind. */
export const predictorFilePart = pgTable(
  "predictor_file_part",
  {
    predictorId: codePointText("predictor_id").notNull(),
    upload: text("upload").notNull(),
    number: integer("number").notNull(),
    content: bytes("content").notNull(),
    created: milliseconds("created"),
  },
  (table) => [
    primaryKey({ name: "predictor_file_part_pk", columns: [table.predictorId, table.upload, table.number] }),
  ],
);

/** What a predictor knows of a thing, written behind; it can be made again from the journal, as far back as that goes. */
export const predictorState = pgTable(
  "predictor_state",
  {
    predictorId: codePointText("predictor_id").notNull(),
    thingId: codePointText("thing_id").notNull(),
    revision: bigint("revision", { mode: "number" }).notNull(),
    fingerprint: text("fingerprint").notNull(),
    state: text("state").notNull(),
  },
  (table) => [primaryKey({ name: "predictor_state_pk", columns: [table.predictorId, table.thingId] })],
);

/** What the first predictions of a version of a model looked like, with which later ones are compared. */
export const predictorBaseline = pgTable(
  "predictor_baseline",
  {
    predictorId: codePointText("predictor_id").notNull(),
    version: codePointText("version").notNull(),
    baseline: text("baseline").notNull(),
  },
  (table) => [primaryKey({ name: "predictor_baseline_pk", columns: [table.predictorId, table.version] })],
);

/** Since when a predictor is active: what happened to things before is none of its business. */
export const predictorActive = pgTable("predictor_active", {
  predictorId: codePointText("predictor_id").primaryKey(),
  since: milliseconds("since"),
});

/** How far an import is that is not finished; without one there is no row, and a server starts. */
export const importProgress = pgTable("import_progress", {
  /** The digest of the first line of what is imported. */
  source: text("source").primaryKey(),
  blocks: bigint("blocks", { mode: "number" }).notNull(),
  /** The digest of all that is imported. */
  chain: text("chain").notNull(),
});

/** Namespaces that are blocked: nothing of them is answered or written. `purge` is what became of erasing their data: null, `running` or `done`. */
export const blockedNamespace = pgTable("blocked_namespace", {
  namespace: codePointText("namespace").primaryKey(),
  since: milliseconds("since"),
  purge: text("purge"),
});
