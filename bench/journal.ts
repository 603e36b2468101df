// The journal alone: how much of what the database takes in bare batches is left once rows come one by one.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Database } from "../src/journal/database.ts";
import type { Journal } from "../src/journal/journal.ts";
import { openDatabase } from "../src/journal/open.ts";
import { storedJournal } from "../src/journal/stored-journal.ts";
import { startPostgres } from "../test/support/postgres.ts";
import { bareLoop, keepOpen, rate, rowsOf } from "./load/append.ts";
import type { BenchRow } from "./row.ts";

const ENTITIES = 1_000;
const ROUND_ROWS = 50_000;
const ROUNDS = 5;
const CLOSED_WRITERS = 32;

/** Rounds of both sides take turns, so that what else the machine does meets both; the median round counts. */
export async function journalBench(storage: "pglite" | "postgres"): Promise<BenchRow[]> {
  await using place = await openPlace(storage);
  const { database } = place;
  const journal = storedJournal(database, () => undefined);
  const bare: number[] = [];
  const ours: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const bareRate = await rate(ROUND_ROWS, () =>
      bareLoop(database, rowsOf(`bare${round}`, ROUND_ROWS, ENTITIES)),
    );
    const oursRate = await rate(ROUND_ROWS, () =>
      keepOpen(journal, rowsOf(`ours${round}`, ROUND_ROWS, ENTITIES)),
    );
    // The first round warms both up.
    if (round === 0) continue;
    bare.push(bareRate);
    ours.push(oursRate);
  }
  const latencies = await closedLoop(journal);
  const value = median(ours);
  const limit = median(bare);
  const rounds = { value: ours, limit: bare };
  return [
    { name: "Journal alone", value, unit: "rows/s", limit, ratio: value / limit, target: 0.7, rounds },
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

/** Writers that each wait for their commit before the next append, as HTTP clients do. */
async function closedLoop(journal: Journal): Promise<readonly number[]> {
  const latencies: number[] = [];
  const writers = Array.from({ length: CLOSED_WRITERS }, async (_, writer) => {
    const rows = rowsOf(`closed${writer}`, ENTITIES, ENTITIES);
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
