// What is truth: the tables and columns that an export holds, and the order of their rows in it. The index of search is none of it,
// and is made again from the rest.

/** How a value is written: texts as they are, numbers as numbers, bytes in base64. */
export type ColumnKind = "text" | "number" | "bytes";

export interface TransferTable {
  readonly name: string;
  readonly columns: Readonly<Record<string, ColumnKind>>;
  /** The columns that name a row, in the order by which the rows are sorted; texts by code point. */
  readonly key: readonly string[];
  /** In SQL: which rows count; absent, all of them. */
  readonly condition?: string;
}

const SNAPSHOT = {
  kind: "text",
  id: "text",
  revision: "number",
  state: "text",
  created: "number",
  modified: "number",
  metadata: "text",
} as const;

export const TABLES: readonly TransferTable[] = [
  {
    name: "journal",
    columns: {
      kind: "text",
      id: "text",
      revision: "number",
      timestamp: "number",
      action: "text",
      path: "text",
      value: "text",
      headers: "text",
      metadata: "text",
    },
    key: ["id", "kind", "revision"],
  },
  { name: "snapshot", columns: SNAPSHOT, key: ["id", "kind"] },
  { name: "kept_snapshot", columns: SNAPSHOT, key: ["id", "kind", "revision"] },
  { name: "policy_due", columns: { id: "text", due: "number" }, key: ["id"] },
  {
    name: "predictor_file",
    columns: {
      predictor_id: "text",
      version: "text",
      upload: "text",
      bytes: "number",
      checksum: "text",
      created: "number",
    },
    key: ["predictor_id", "version"],
  },
  {
    name: "predictor_file_part",
    columns: { predictor_id: "text", upload: "text", number: "number", content: "bytes", created: "number" },
    key: ["predictor_id", "upload", "number"],
    // What an upload left behind is nobody's.
    condition: `exists (
      select from predictor_file as file
      where file.predictor_id = predictor_file_part.predictor_id and file.upload = predictor_file_part.upload
    )`,
  },
  {
    name: "predictor_state",
    columns: {
      predictor_id: "text",
      thing_id: "text",
      revision: "number",
      fingerprint: "text",
      state: "text",
    },
    key: ["predictor_id", "thing_id"],
  },
  {
    name: "predictor_baseline",
    columns: { predictor_id: "text", version: "text", baseline: "text" },
    key: ["predictor_id", "version"],
  },
  {
    name: "predictor_active",
    columns: { predictor_id: "text", since: "number" },
    key: ["predictor_id"],
  },
  {
    name: "blocked_namespace",
    columns: { namespace: "text", since: "number", purge: "text" },
    key: ["namespace"],
  },
  {
    name: "search_state",
    columns: { name: "text", value: "text" },
    key: ["name"],
    // What seals the cursors that clients hold. All else is said of the index, which the target has not made yet.
    condition: "name = 'cursor-key'",
  },
];

/** What stands in SQL for columns that an export does not hold, but which must not be as of a new row: imported rows are not recent. */
export const GIVEN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  journal: { recorded: "0" },
};
