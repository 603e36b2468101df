// The journal alone: how much of what the database takes in bare batches is left once rows come one by one.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Database } from "../src/journal/database.ts";
import type { Journal, JournalRow } from "../src/journal/journal.ts";
import { openDatabase } from "../src/journal/open.ts";
import { insertRows } from "../src/journal/statements.ts";
import { storedJournal } from "../src/journal/stored-journal.ts";
import { startPostgres } from "../test/support/postgres.ts";
import type { BenchRow } from "./row.ts";

const ENTITIES = 1_000;
const BATCH = 500;
const ROUND_ROWS = 50_000;
const ROUNDS = 5;
/** Appends under way at once: enough to fill batches, as many devices do. */
const OPEN_APPENDS = 4_000;
const CLOSED_WRITERS = 32;

/** Rounds of both sides take turns, so that what else the machine does meets both; the median round counts. */
export async function journalBench(storage: "pglite" | "postgres"): Promise<BenchRow[]> {
  await using place = await openPlace(storage);
  const { database } = place;
  const journal = storedJournal(database, () => undefined);
  const bare: number[] = [];
  const ours: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const bareRate = await rate(ROUND_ROWS, () => bareLoop(database, rowsOf(`bare${round}`, ROUND_ROWS)));
    const oursRate = await rate(ROUND_ROWS, () => keepOpen(journal, rowsOf(`ours${round}`, ROUND_ROWS)));
    // The first round warms both up.
    if (round === 0) continue;
    bare.push(bareRate);
    ours.push(oursRate);
  }
  const latencies = await closedLoop(journal);
  const value = median(ours);
  const limit = median(bare);
  return [
    { name: "Journal alone", value, unit: "rows/s", limit, ratio: value / limit, target: 0.7 },
    { name: `Journal, ${CLOSED_WRITERS} writers, p50`, value: quantile(latencies, 0.5), unit: "ms" },
    { name: `Journal, ${CLOSED_WRITERS} writers, p99`, value: quantile(latencies, 0.99), unit: "ms" },
  ];
}

async function openPlace(storage: "pglite" | "postgres"): Promise<{ database: Database } & AsyncDisposable> {
  const dataDir = await mkdtemp(join(tmpdir(), "pollux-bench-"));
  const postgres = storage === "postgres" ? await startPostgres() : undefined;
  const databaseUrl = await postgres?.createDatabase("bench_journal");
  const database = await openDatabase({ databaseUrl, dataDir });
  return {
    database,
    [Symbol.asyncDispose]: async () => {
      await database.close();
      await postgres?.[Symbol.asyncDispose]();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

function rowsOf(prefix: string, count: number): readonly JournalRow[] {
  return Array.from({ length: count }, (_, i) => ({
    kind: "thing",
    id: `org.factory.site${i % 5}:${prefix}-machine-${i % ENTITIES}`,
    revision: Math.floor(i / ENTITIES) + 1,
    timestamp: 1_763_700_000_000 + i,
    action: "modified",
    path: "/features/temperature/properties/value",
    value: `{"value":${i * 1.25},"unit":"C","at":"2026-11-21T12:00:00Z"}`,
    metadata: null,
    headers: `{"correlation-id":"6a1c2d3e-${i}-4f5a","content-type":"application/json"}`,
  }));
}

async function rate(rows: number, work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return (rows / (performance.now() - started)) * 1_000;
}

async function bareLoop(database: Database, rows: readonly JournalRow[]): Promise<void> {
  for (let at = 0; at < rows.length; at += BATCH) await insertRows(database, 0, rows.slice(at, at + BATCH));
}

function keepOpen(journal: Journal, rows: readonly JournalRow[]): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let next = 0;
  let done = 0;
  const appendNext = () => {
    const row = rows[next++];
    if (row === undefined) return;
    journal.append([row], (error) => {
      if (error !== undefined) return reject(error);
      if (++done === rows.length) return resolve();
      appendNext();
    });
  };
  for (let i = 0; i < OPEN_APPENDS; i++) appendNext();
  return promise;
}

/** Writers that each wait for their commit before the next append, as HTTP clients do. */
async function closedLoop(journal: Journal): Promise<readonly number[]> {
  const latencies: number[] = [];
  const writers = Array.from({ length: CLOSED_WRITERS }, async (_, writer) => {
    const rows = rowsOf(`closed${writer}`, ENTITIES);
    for (const row of rows) {
      const started = performance.now();
      await new Promise<void>((resolve, reject) =>
        journal.append([row], (error) => (error === undefined ? resolve() : reject(error))),
      );
      latencies.push(performance.now() - started);
    }
  });
  await Promise.all(writers);
  return latencies;
}

const median = (values: readonly number[]): number => quantile(values, 0.5);

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
}
