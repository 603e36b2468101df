// `npm run bench`: measures our server on both storages, and another one if told to, beside what limits it.

import { newPlace, type Postgres, type StorageKind } from "../test/campaigns/place.ts";
import { startPostgres } from "../test/support/postgres.ts";
import type { Bench, Workload } from "./bench.ts";
import { connectionsBench, connectionWorkloads } from "./connections/connections.ts";
import { filters } from "./filters.ts";
import { journalBench } from "./journal.ts";
import { readOptions } from "./options.ts";
import { writePage } from "./page.ts";
import { permissions } from "./permissions.ts";
import { builtinAnomaly } from "./predictions/builtin-anomaly.ts";
import { predictionDelay } from "./predictions/delay.ts";
import { hangingModel } from "./predictions/hanging-model.ts";
import { onnx } from "./predictions/onnx.ts";
import type { BenchRow } from "./row.ts";
import { writePlans } from "./search/plans.ts";
import { searchBench } from "./search/search.ts";
import { startOurs, targetOf } from "./storage.ts";
import { table } from "./table.ts";
import { clear, fill, type Target } from "./target.ts";
import { eventStreams } from "./workloads/event-streams.ts";
import { fanOut } from "./workloads/fan-out.ts";
import { condition, fields, get, notModified } from "./workloads/get.ts";
import { idleSessions } from "./workloads/idle-sessions.ts";
import { javaScriptMapping } from "./workloads/javascript-mapping.ts";
import { liveRoundTrip } from "./workloads/live-round-trip.ts";
import { memory } from "./workloads/memory.ts";
import { modify } from "./workloads/modify.ts";
import { merge, put32, put128 } from "./workloads/put.ts";
import { start } from "./workloads/start.ts";
import { strangers } from "./workloads/strangers.ts";

/** Those that any server can be put through. */
const workloads: Readonly<Record<string, Workload>> = {
  get,
  fields,
  condition,
  "not-modified": notModified,
  put32,
  put128,
  merge,
  modify,
  "fan-out": fanOut,
  "event-streams": eventStreams,
  strangers,
  "live-round-trip": liveRoundTrip,
};

/** Those about predictions, which others do not have. */
const predictionWorkloads: Readonly<Record<string, Workload>> = {
  "prediction-delay": predictionDelay,
  "hanging-model": hangingModel,
};

/** Those that need neither a server nor a storage. */
const policyJobs = ["checks", "views", "compile"] as const;
const modelJobs = { "builtin-models": builtinAnomaly, "onnx-models": onnx } as const;
const alone = [...policyJobs, "filters", "javascript-mapping", ...Object.keys(modelJobs)];

// To exit in order takes servers and brokers along.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

const options = readOptions();
const isWanted = (name: string): boolean => options.only === undefined || options.only.includes(name);

async function measureAlone(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  const { rounds, seconds } = options;
  const length = { rounds, roundSeconds: seconds / rounds };
  for (const name of policyJobs) {
    if (isWanted(name)) rows.push(...(await attempt(name, () => permissions({ do: name, ...length }))));
  }
  if (isWanted("filters")) rows.push(...(await attempt("filters", () => filters(length))));
  if (isWanted("javascript-mapping"))
    rows.push(...(await attempt("javascript-mapping", () => javaScriptMapping(length))));
  return rows;
}

async function measureModels(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  const { rounds, seconds } = options;
  for (const [name, job] of Object.entries(modelJobs)) {
    if (isWanted(name))
      rows.push(...(await attempt(name, () => job({ rounds, roundSeconds: seconds / rounds }))));
  }
  return rows;
}

async function measure(target: Target, all: Readonly<Record<string, Workload>>): Promise<BenchRow[]> {
  const bench: Bench = { target, rounds: options.rounds, roundSeconds: options.seconds / options.rounds };
  await fill(target);
  try {
    const rows: BenchRow[] = [];
    for (const [name, workload] of Object.entries(all)) {
      if (isWanted(name)) rows.push(...(await attempt(name, () => workload(bench))));
    }
    return rows;
  } finally {
    await clear(target);
  }
}

/** A workload that fails costs its own rows only. */
async function attempt(name: string, run: () => Promise<BenchRow[]>): Promise<BenchRow[]> {
  console.error(`… ${name}`);
  try {
    return await run();
  } catch (error) {
    console.error(`${name} failed: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
    return [];
  }
}

async function measureOurs(kind: StorageKind, postgres: Postgres | undefined): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  const ours = { ...workloads, ...predictionWorkloads };
  if (Object.keys(ours).some(isWanted)) {
    await using place = await newPlace(kind, postgres);
    await using server = await startOurs(place);
    rows.push(...(await measure(targetOf(server), ours)));
  }
  if (isWanted("journal")) rows.push(...(await attempt("journal", () => journalBench(kind))));
  if (isWanted("memory")) {
    await using place = await newPlace(kind, postgres);
    rows.push(...(await attempt("memory", () => memory(place))));
  }
  if (isWanted("idle-sessions")) {
    await using place = await newPlace(kind, postgres);
    rows.push(...(await attempt("idle-sessions", () => idleSessions(place))));
  }
  if (isWanted("start")) rows.push(...(await attempt("start", () => start(kind, postgres))));
  return rows;
}

async function measureSearch(kind: StorageKind, postgres: Postgres | undefined): Promise<BenchRow[]> {
  if (!isWanted("search")) return [];
  const onPlans = options.write ? writePlans : () => undefined;
  return attempt("search", () => searchBench(kind, postgres, options.seconds, onPlans));
}

async function measureConnections(kind: StorageKind, postgres: Postgres | undefined): Promise<BenchRow[]> {
  const names = Object.keys(connectionWorkloads).filter(isWanted);
  if (names.length === 0) return [];
  const { rounds, seconds } = options;
  return connectionsBench(names, { kind, postgres, rounds, roundSeconds: seconds / rounds }, attempt);
}

const titles: Readonly<Record<StorageKind, string>> = {
  pglite: "Embedded database (PGlite)",
  postgres: "PostgreSQL",
};
const results = new Map<string, BenchRow[]>();
const rowsAlone = await measureAlone();
if (rowsAlone.length > 0) results.set("Permissions and filters, on one core", rowsAlone);
const rowsOfModels = await measureModels();
if (rowsOfModels.length > 0) results.set("Models of predictions", rowsOfModels);
// A storage is only started for what is measured on it.
const kinds = options.only?.every((name) => alone.includes(name)) ? [] : options.storages;
for (const kind of kinds) {
  await using postgres = kind === "postgres" ? await startPostgres() : undefined;
  const rows = await measureOurs(kind, postgres);
  if (rows.length > 0) results.set(titles[kind], rows);
  const searches = await measureSearch(kind, postgres);
  if (searches.length > 0) results.set(`Search: ${titles[kind]}`, searches);
  const connections = await measureConnections(kind, postgres);
  if (connections.length > 0) results.set(`Connections: ${titles[kind]}`, connections);
}
if (options.other)
  results.set(`Another server, at ${options.other.url}`, await measure(options.other, workloads));
for (const [title, rows] of results) console.log(`\n## ${title}\n\n${table(rows)}`);
if (options.write) writePage(results, options.only === undefined);
