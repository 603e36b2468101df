// Program: readings that built-in models take in a second, on one core, inputs included; beside what the inputs take alone.

import type { JsonObject } from "../../src/base/json/json.ts";
import type { Path } from "../../src/base/json/pointer.ts";
import type { Observation } from "../../src/predictions/inputs/observation.ts";
import { inputPlan } from "../../src/predictions/inputs/plan.ts";
import type { BuiltinName } from "../../src/predictions/model.ts";
import { openBuiltin } from "../../src/predictions/models/builtin/builtin.ts";
import { serveJobs } from "../load/jobs.ts";
import { type Batch, ratesBeside } from "../load/rate.ts";
import type { BenchRow } from "../row.ts";

export interface BuiltinJob {
  readonly rounds: number;
  readonly roundSeconds: number;
}

interface Case {
  readonly name: string;
  readonly model: BuiltinName;
  readonly columns: number;
  readonly parameters: JsonObject;
  readonly floor?: number;
}

const cases: readonly Case[] = [
  { name: "Anomaly, one column", model: "anomaly", columns: 1, parameters: {}, floor: 50_000 },
  { name: "Anomaly, ten columns", model: "anomaly", columns: 10, parameters: {} },
  { name: "Forecast, no season", model: "forecast", columns: 1, parameters: {} },
  { name: "Forecast, season of 24", model: "forecast", columns: 1, parameters: { season: 24 } },
  {
    name: "Remaining useful life",
    model: "remaining-useful-life",
    columns: 1,
    parameters: { threshold: 100 },
  },
  { name: "Clustering, three columns", model: "clustering", columns: 3, parameters: {} },
];

const BATCH = 1_000;
/** So many things in turns, so that their states do not all stay in the nearest cache. */
const THINGS = 100;
/** Each column has noise of its own. */
const noise = Array.from({ length: 4_096 }, (_, i) => 20 + 3 * Math.sin(i / 7) + ((i * 7_919) % 101) / 50);

const pathOf = (column: number): Path => ["features", "machine", "properties", `reading${column}`];

function observation(revision: number): Observation {
  return {
    ...{ thingId: "org.pollux.bench:machine", revision, timestamp: 1_700_000_000_000 + revision * 1_000 },
    touches: () => true,
    valueAt: (path) => noise[(revision * 31 + (path.at(-1) as string).length * 997) & 4_095] as number,
  };
}

async function batches({ model: name, columns, parameters }: Case): Promise<{ ours: Batch; limit: Batch }> {
  const inputs = Array.from({ length: columns }, (_, i) => ({
    ...{ name: `reading${i}`, path: pathOf(i), expect: {} },
    ...({ aggregate: "last", missing: "skip" } as const),
  }));
  const plan = inputPlan(inputs);
  const model = await openBuiltin({ type: "builtin", version: "1", name, parameters }, plan.columns, "bench");
  if (model.kind !== "streaming") throw new Error("No streaming model.");
  const states = Array.from({ length: THINGS }, () => model.fresh());
  const vectorsOf = (take: (thing: number, values: readonly number[], now: number) => unknown): Batch => {
    const things = Array.from({ length: THINGS }, () => plan.fresh());
    let revision = 0;
    return () => {
      for (let i = 0; i < BATCH; i++) {
        revision++;
        const thing = revision % THINGS;
        const seen = observation(revision);
        const own = things[thing] as (typeof things)[number];
        own.observe(seen);
        if (take(thing, own.vectorAt(seen.timestamp).values, seen.timestamp) === undefined)
          throw new Error("No output.");
      }
      return BATCH;
    };
  };
  return {
    ours: vectorsOf((thing, values, now) => model.step(states[thing], values, now)),
    limit: vectorsOf((_, values) => values[0]),
  };
}

async function row(each: Case, { rounds, roundSeconds }: BuiltinJob): Promise<BenchRow> {
  const both = await batches(each);
  const rates = await ratesBeside(rounds, roundSeconds, both.ours, both.limit);
  const { ours: value, limit } = rates;
  const floor = each.floor === undefined ? {} : { floor: each.floor };
  const { name } = each;
  return { name, value, unit: "readings/s", limit, ratio: value / limit, ...floor, rounds: rates.rounds };
}

serveJobs(async (job: BuiltinJob) => {
  const rows: BenchRow[] = [];
  for (const each of cases) rows.push(await row(each, job));
  return rows;
});
