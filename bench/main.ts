// `npm run bench`: measures our server on both storages, and another one if told to, beside what limits it.

import { newPlace, type Postgres, type StorageKind } from "../test/campaigns/place.ts";
import { startPostgres } from "../test/support/postgres.ts";
import type { Bench, Workload } from "./bench.ts";
import { clusterCost, clusterTitle } from "./cluster/cluster-cost.ts";
import type { Costs } from "./cluster/costs.ts";
import { writeScaling } from "./cluster/scaling-page.ts";
import { connectionsBench, connectionWorkloads } from "./connections/connections.ts";
import { filters } from "./filters.ts";
import { journalBench } from "./journal.ts";
import { manyThings } from "./many-things/many-things.ts";
import { readOptions } from "./options.ts";
import { writePage } from "./page.ts";
import { permissions } from "./permissions.ts";
import { builtinAnomaly } from "./predictions/builtin-anomaly.ts";
import { predictionDelay } from "./predictions/delay.ts";
import { hangingModel } from "./predictions/hanging-model.ts";
import { onnx } from "./predictions/onnx.ts";
import type { Area } from "./report/report.ts";
import { thisRun } from "./report/run.ts";
import { writeReport } from "./report/write.ts";
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

/** Those that need neither a server nor a storage that is shared with others. */
const policyJobs = ["checks", "views", "compile"] as const;
const modelJobs = { "builtin-models": builtinAnomaly, "onnx-models": onnx } as const;
const CLUSTER = "cluster-cost";
const alone = [...policyJobs, "filters", "javascript-mapping", CLUSTER, ...Object.keys(modelJobs)];
/** Only run if it is named. */
const MANY = "two-million-things";

// To exit in order takes servers and brokers along.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

const options = readOptions();
const { rounds, seconds } = options;
const length = { rounds, roundSeconds: seconds / rounds };
const isWanted = (name: string): boolean => options.only === undefined || options.only.includes(name);
const results = new Map<string, Area>();
const report = (title: string, area: Area): void => {
  if (area.rows.length > 0) results.set(title, area);
};

async function measureAlone(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
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
  for (const [name, job] of Object.entries(modelJobs)) {
    if (isWanted(name)) rows.push(...(await attempt(name, () => job(length))));
  }
  return rows;
}

async function measure(target: Target, all: Readonly<Record<string, Workload>>): Promise<BenchRow[]> {
  const bench: Bench = { target, ...length };
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
  return [...(await attemptArea(name, async () => ({ rows: await run() }))).rows];
}

async function attemptArea(name: string, run: () => Promise<Area>): Promise<Area> {
  console.error(`… ${name}`);
  try {
    return await run();
  } catch (error) {
    console.error(`${name} failed: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
    return { rows: [] };
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
  return attempt("search", () => searchBench(kind, postgres, seconds, onPlans));
}

async function measureConnections(kind: StorageKind, postgres: Postgres | undefined): Promise<BenchRow[]> {
  const names = Object.keys(connectionWorkloads).filter(isWanted);
  if (names.length === 0) return [];
  return connectionsBench(names, { kind, postgres, ...length }, attempt);
}

const titles: Readonly<Record<StorageKind, string>> = {
  pglite: "Embedded database (PGlite)",
  postgres: "PostgreSQL",
};
report("Permissions and filters, on one core", { rows: await measureAlone() });
report("Models of predictions", { rows: await measureModels() });
if (isWanted(CLUSTER)) {
  const things = options.things ?? 100_000;
  report(clusterTitle, await attemptArea(CLUSTER, () => clusterCost({ things, ...length })));
}
// A storage is only started for what is measured on it.
const kinds = options.only?.every((name) => alone.includes(name)) ? [] : options.storages;
for (const kind of kinds) {
  await using postgres = kind === "postgres" ? await startPostgres() : undefined;
  report(titles[kind], { rows: await measureOurs(kind, postgres) });
  report(`Search: ${titles[kind]}`, { rows: await measureSearch(kind, postgres) });
  report(`Connections: ${titles[kind]}`, { rows: await measureConnections(kind, postgres) });
  if (options.only?.includes(MANY)) {
    const job = { kind, postgres, things: options.things ?? 2_000_000, seconds };
    report(`Many things: ${titles[kind]}`, await attemptArea(MANY, () => manyThings(job)));
  }
}
if (options.other)
  report(`Another server, at ${options.other.url}`, { rows: await measure(options.other, workloads) });
for (const [title, { rows }] of results) console.log(`\n## ${title}\n\n${table(rows)}`);
const run = thisRun();
writeReport(options.report, results, run);
console.log(`\nAll of it, with plots: ${options.report}/report.html`);
if (options.write) {
  const rows = new Map([...results].map(([title, area]) => [title, area.rows]));
  writePage(rows, options.only === undefined);
  const costs = results.get(clusterTitle)?.data as Costs | undefined;
  if (costs) writeScaling(costs, run);
}
