// Program: what filters of events cost, on one core and beside printing the events for those who would be told of them.

import { readPath } from "../../src/base/json/pointer.ts";
import { compileEnforcer } from "../../src/policies/enforcer.ts";
import { printEvent } from "../../src/protocol/envelope.ts";
import { localPubsub } from "../../src/pubsub/pubsub.ts";
import { selectionOf } from "../../src/pubsub/select.ts";
import type { EntityEvent, EntityState } from "../../src/signals/signal.ts";
import type { BenchRow } from "../row.ts";
import { serveJobs } from "./jobs.ts";
import { type Batch, ratesBeside } from "./rate.ts";

export interface FiltersJob {
  readonly rounds: number;
  readonly roundSeconds: number;
}

const id = "org.pollux.bench:lamp";
const enforcer = compileEnforcer([
  { subjects: { "bench:all": { type: "bench" } }, resources: { "thing:/": { grant: ["READ"], revoke: [] } } },
] as never);

/** As applications write them; none matches, so that what is measured is the filter. */
const filters = [
  "gt(attributes/count,1000000)",
  'eq(attributes/location,"Kitchen")',
  'and(exists(features/lamp/properties/on),eq(topic:action,"deleted"))',
  "or(lt(features/lamp/properties/level,0),gt(features/lamp/properties/level,100))",
  'and(like(resource:path,"/features/lamp/*"),eq(features/lamp/properties/colour,"none"))',
  'like(attributes/location,"*cellar*")',
  'in(topic:action,"created","deleted")',
  "and(ge(attributes/count,0),lt(attributes/count,0))",
];

const paths: readonly (readonly [path: string, value: EntityEvent["value"]])[] = [
  ["/attributes/count", 7],
  ["/attributes", { count: 7, location: "Upper floor, third door on the left" }],
  ["/features/lamp/properties/level", 50],
  ["/features/lamp/properties", { level: 50, on: true, colour: "red" }],
];

const events: readonly EntityEvent[] = paths.map(([path, value], i) => ({
  ...{ kind: "thing", id, action: i % 2 === 0 ? "modified" : "merged", path: readPath(path) },
  ...{ value: value ?? null, revision: i + 1, timestamp: Date.now(), headers: { "correlation-id": "bench" } },
}));
const state: EntityState = {
  value: {
    thingId: id,
    attributes: { count: 7, location: "Upper floor, third door on the left" },
    features: { lamp: { properties: { level: 50, on: true, colour: "red" } } },
  },
  ...{ revision: 5, created: 0, modified: 0 },
};

const BATCH = 1_000;
let told = 0;

/** Filters evaluated by publishing: whatever publishing costs besides counts as theirs. */
function filtering(extraFields?: string): Batch {
  const pubsub = localPubsub();
  for (const filter of filters) {
    const selection = selectionOf({ filter, extraFields });
    const subscriber = { deliver: () => told++ };
    pubsub.subscribe({ stream: "EVENTS", subjects: ["bench:all"], selection, subscriber });
  }
  return () => {
    for (let i = 0; i < BATCH; i++) pubsub.publish(events[i & 3] as EntityEvent, enforcer, undefined, state);
    return BATCH * filters.length;
  };
}

let printed = 0;
const printing: Batch = () => {
  for (let i = 0; i < BATCH; i++) {
    const event = events[i & 3] as EntityEvent;
    printed += printEvent(event, JSON.stringify(event.value)).length;
  }
  return BATCH;
};

/** Three microseconds each. */
const FLOOR = 333_333;

async function row({ rounds, roundSeconds }: FiltersJob, name: string, batch: Batch): Promise<BenchRow> {
  const rates = await ratesBeside(rounds, roundSeconds, batch, printing);
  const { ours: value, limit } = rates;
  return { name, value, unit: "filters/s", limit, ratio: value / limit, floor: FLOOR, rounds: rates.rounds };
}

serveJobs(async (job: FiltersJob) => {
  const rows = [
    await row(job, "Filters of events", filtering()),
    await row(
      job,
      "Filters of events with extra fields",
      filtering("attributes/location,features/*/properties/on"),
    ),
  ];
  if (told > 0 || printed === 0) throw new Error("A filter matched: what was measured is worth nothing.");
  return rows;
});
