// Program: sends statements over postgres.js, as bare as can be, from several callers at once.

import postgres from "postgres";
import { CLIENT_OPTIONS } from "../../src/journal/connection.ts";
import { openDatabase, type StorageOptions } from "../../src/journal/open.ts";
import type { Statement } from "../../src/search/statement.ts";
import { serveJobs } from "./jobs.ts";
import { Latencies } from "./latencies.ts";
import type { Measured } from "./measured.ts";

export interface SqlJob {
  readonly storage: StorageOptions;
  readonly callers: number;
  readonly seconds: number;
  /** Sent in turn. */
  readonly statements: readonly Statement[];
}

type Send = (statement: Statement) => Promise<unknown>;

const WARM_UP_SECONDS = 0.3;
/** One for each caller. */
const CONNECTIONS = 4;

async function run(job: SqlJob): Promise<Measured> {
  const { send, close } = await connect(job.storage);
  const latencies = new Latencies();
  const endOfWarmUp = performance.now() + WARM_UP_SECONDS * 1_000;
  const end = endOfWarmUp + job.seconds * 1_000;
  let next = 0;
  const call = async () => {
    for (let now = performance.now(); now < end; ) {
      await send(job.statements[next++ % job.statements.length] as Statement);
      const answered = performance.now();
      if (now >= endOfWarmUp) latencies.add(answered - now);
      now = answered;
    }
  };
  await Promise.all(Array.from({ length: job.callers }, call));
  await close();
  const [p50 = 0, p99 = 0] = latencies.at(0.5, 0.99);
  return { rate: latencies.count / job.seconds, p50, p99, failures: 0 };
}

async function connect(storage: StorageOptions): Promise<{ send: Send; close: () => Promise<void> }> {
  if (storage.databaseUrl === undefined) {
    const database = await openDatabase(storage);
    return {
      // Not prepared, as that makes plans that know no values.
      send: ({ text, parameters }) => database.background(text, parameters),
      close: () => database.close(),
    };
  }
  const sql = postgres(storage.databaseUrl, {
    ...CLIENT_OPTIONS,
    max: CONNECTIONS,
    // As fast as it can be: what values the planner knows nothing of it plans badly for.
    connection: { jit: "off", plan_cache_mode: "force_custom_plan" } as never,
  });
  return {
    send: ({ text, parameters }) => sql.unsafe(text, [...parameters], { prepare: true }),
    close: () => sql.end(),
  };
}

serveJobs(run);
