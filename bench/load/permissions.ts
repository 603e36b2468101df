// Program: how fast a compiled policy answers, on one core and beside the least that any answer costs.

import type { JsonObject } from "../../src/base/json/json.ts";
import { compileEnforcer, type Enforcer } from "../../src/policies/enforcer.ts";
import type { PolicyEntry } from "../../src/policies/model.ts";
import type { BenchRow } from "../row.ts";
import { thingOf } from "../target.ts";
import { serveJobs } from "./jobs.ts";
import { everyPath, largePolicy, machinePolicy, someSubjects } from "./permission-cases.ts";
import { type Batch, ratesBeside } from "./rate.ts";

export interface PermissionsJob {
  readonly do: "checks" | "views" | "compile";
  readonly rounds: number;
  readonly roundSeconds: number;
}

/** Keeps what the loops work out from being optimised away. */
let sink = 0;

const measures: Readonly<Record<PermissionsJob["do"], (job: PermissionsJob) => Promise<BenchRow[]>>> = {
  checks: async (job) => [await cachedChecks(job), await freshChecks(job)],
  views: async (job) => [await views(job)],
  compile: async (job) => [await compiling(job), await newSets(job)],
};

/** May they, at this path? Of the subjects of a session, for all it may be asked about a thing. */
function cachedChecks(job: PermissionsJob): Promise<BenchRow> {
  const enforcer = compileEnforcer(machinePolicy);
  const sessions = Array.from({ length: 64 }, (_, i) => someSubjects(i, 3));
  const checks = checksOf(enforcer, (i) => sessions[i & 63] as readonly string[]);
  return row(job, "Permission checks, cached decisions", "checks/s", checks, mapLookUps, {
    floor: 2_000_000,
  });
}

/** The same where the subjects come with every request anew. */
function freshChecks(job: PermissionsJob): Promise<BenchRow> {
  const sessions = Array.from({ length: 64 }, (_, i) => someSubjects(i, 3));
  const checks = checksOf(compileEnforcer(machinePolicy), (i) => [
    ...(sessions[i & 63] as readonly string[]),
  ]);
  return row(job, "Permission checks, subjects read anew", "checks/s", checks, mapLookUps, {});
}

const checksOf =
  (enforcer: Enforcer, subjectsOf: (i: number) => readonly string[]): Batch =>
  () => {
    for (let i = 0; i < 10_000; i++) {
      const { type, path, permission } = everyPath[i % everyPath.length] as (typeof everyPath)[number];
      if (enforcer.forSubjects(subjectsOf(i)).hasUnrestricted(type, path, permission)) sink++;
    }
    return 10_000;
  };

/** One look into a map by a text that is there already: the least a remembered decision costs. */
const decided = new Map(everyPath.map(({ text }, i) => [text, i % 2]));
const mapLookUps: Batch = () => {
  for (let i = 0; i < 10_000; i++) {
    sink += decided.get((everyPath[i % everyPath.length] as (typeof everyPath)[number]).text) ?? 0;
  }
  return 10_000;
};

/** The part of a thing of 1 KB that somebody may read of whom some of it is kept, beside printing the thing. */
function views(job: PermissionsJob): Promise<BenchRow> {
  const thing = JSON.parse(thingOf("org.pollux.bench:policy", 1)) as JsonObject;
  const access = compileEnforcer(machinePolicy).forSubjects(["bench:reader"]);
  const view: Batch = () => {
    for (let i = 0; i < 1_000; i++) if (access.view("thing", thing, []) !== thing) sink++;
    return 1_000;
  };
  const print: Batch = () => {
    for (let i = 0; i < 1_000; i++) sink += JSON.stringify(thing).length;
    return 1_000;
  };
  return row(job, "Partial views of a 1 KB thing", "views/s", view, print, { floor: 50_000 });
}

/** A policy of 10,000 entries, beside parsing its JSON. */
function compiling(job: PermissionsJob): Promise<BenchRow> {
  const text = JSON.stringify(largePolicy);
  const compile: Batch = () => {
    sink += compileEnforcer(largePolicy).readersOf("policy", []).size;
    return 1;
  };
  const parse: Batch = () => {
    sink += (JSON.parse(text) as readonly PolicyEntry[]).length;
    return 1;
  };
  return row(job, "Compiling a policy of 10,000 entries", "policies/s", compile, parse, {});
}

/** 100 subjects who have not asked yet, beside bringing their names in order. */
function newSets(job: PermissionsJob): Promise<BenchRow> {
  const enforcer = compileEnforcer(largePolicy);
  let set = 0;
  const judge: Batch = () => {
    if (enforcer.forSubjects(someSubjects(set++, 100)).hasPartial("thing", [], "READ")) sink++;
    return 1;
  };
  const order: Batch = () => {
    sink += [...someSubjects(set++, 100)].sort().join().length;
    return 1;
  };
  return row(job, "New sets of 100 subjects, judged by 10,000 entries", "sets/s", judge, order, {});
}

async function row(
  { rounds, roundSeconds }: PermissionsJob,
  name: string,
  unit: string,
  ours: Batch,
  limit: Batch,
  aim: Pick<BenchRow, "floor">,
): Promise<BenchRow> {
  const rates = await ratesBeside(rounds, roundSeconds, ours, limit);
  const ratio = rates.ours / rates.limit;
  return { name, value: rates.ours, unit, limit: rates.limit, ratio, ...aim, rounds: rates.rounds };
}

serveJobs(async (job: PermissionsJob) => {
  const rows = await measures[job.do](job);
  if (sink === 0) throw new Error("Nobody may do anything: what was measured is worth nothing.");
  return rows;
});
