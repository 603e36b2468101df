// Storages and exports of tests.

import { randomUUID } from "node:crypto";
import { afterAll, beforeAll } from "vitest";
import type { Database } from "../../src/journal/database.ts";
import { openDatabase, openJournal, type StorageOptions } from "../../src/journal/open.ts";
import { exportAll } from "../../src/transfer/export.ts";
import type { Totals } from "../../src/transfer/format.ts";
import { append, row, upTo } from "../journal/appends.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";

/** A PostgreSQL for a suite; each call makes an empty database of it. */
export function usePostgres(): () => Promise<StorageOptions> {
  let postgres: TestPostgres | undefined;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres?.[Symbol.asyncDispose]());
  return async () => ({
    databaseUrl: await postgres!.createDatabase(`transfer_${randomUUID().replaceAll("-", "")}`),
    dataDir: "unused",
  });
}

export async function withDatabase<T>(
  options: StorageOptions,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const database = await openDatabase(options);
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

/** An export as its text, with what it comes to. */
export function exported(
  options: StorageOptions,
): Promise<{ readonly text: string; readonly totals: Totals }> {
  return withDatabase(options, async (database) => {
    let text = "";
    const totals = await exportAll(database, async (more) => {
      text += more;
    });
    return { text, totals };
  });
}

export async function* chunked(text: string | Uint8Array, size = 10_007): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

const PART = Buffer.from(upTo(200_000).map((n) => n % 256));

/** Puts something into every table, with texts that are hard to copy; `things` of them with two events each. */
export async function fill(options: StorageOptions, things = 1_500): Promise<void> {
  const journal = await openJournal(options);
  const odd = JSON.stringify({ text: 'ä\u2028"\\\n\t😀\u007f', number: 1 }).replace(
    "1",
    "12345678901234567890.50",
  );
  for (const n of upTo(things)) {
    const id = `org.a:${n}`;
    void append(
      journal,
      row(id, 1, { action: "created", path: "/", value: odd, metadata: '{"m":"ü"}' }),
      row(id, 2, { path: "", value: null, headers: '{"a":"b"}' }),
    );
  }
  await append(
    journal,
    row("org.a:p", 1, { kind: "policy", action: "created", path: "/", value: "{}", due: 0 }),
  );
  await append(journal, row("c1", 1, { kind: "connection", action: "created", path: "/", value: "{}" }));
  await append(journal, row("p1", 1, { kind: "predictor", action: "created", path: "/", value: "{}" }));
  await append(journal, row("Org.A:upper", 1), row("Org.A:upper", 2), row("Org.A:upper", 3));
  await journal.storeSnapshots([
    { kind: "thing", id: "Org.A:upper", revision: 2, state: odd, created: 1, modified: 2, metadata: null },
    { kind: "thing", id: "Org.A:upper", revision: 3, state: null, created: 1, modified: 3, metadata: "{}" },
  ]);
  await journal.close();
  await withDatabase(options, async ({ query }) => {
    const part = "insert into predictor_file_part values ('p1', $1, $2::int, decode($3, 'base64'), 5)";
    await query(part, ["used", 0, PART.toString("base64")]);
    await query(part, ["used", 1, ""]);
    await query(part, ["left-behind", 0, "AAAA"]);
    await query("insert into predictor_file values ('p1', 'v1', 'used', 200000, 'abc', 5)", []);
    await query("insert into predictor_state values ('p1', 'org.a:1', 2, '', '{\"s\":1}')", []);
    await query("insert into predictor_baseline values ('p1', 'v1', '{}')", []);
    await query("insert into blocked_namespace values ('org.blocked', 7, null)", []);
    await query("insert into predictor_active values ('p1', 7)", []);
    await query(
      "insert into search_state values ('cursor-key', 'secret'), ('index', 'clean of the source')",
      [],
    );
  });
}
