// Program: searches at a steady rate, whether they are answered in time or not.

import { Agent, get } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { FACTORIES, machineId, machinesOf, namespaceOf } from "../scenario/world.ts";
import { serveJobs } from "./jobs.ts";
import { Latencies } from "./latencies.ts";

export type SearchersJob =
  | {
      readonly do: "start";
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly perSecond: number;
      readonly sensors: number;
    }
  | { readonly do: "sample" }
  | { readonly do: "stop" };

/** Since the last sample. */
export interface Searched {
  readonly count: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly failures: number;
  readonly firstFailure: string | undefined;
}

const TICK_MS = 10;
/** Searches that come beyond these are failures. */
const MOST_UNDER_WAY = 500;

const agent = new Agent({ keepAlive: true });
const latencies = new Latencies();
let failures = 0;
let firstFailure: string | undefined;
let underWay = 0;
let isStopping = false;

const fail = (text: string): void => {
  failures++;
  firstFailure ??= text;
};

async function run({ url, headers, perSecond, sensors }: SearchersJob & { do: "start" }): Promise<void> {
  const startedAt = performance.now();
  for (let next = 0; !isStopping; await sleep(TICK_MS)) {
    const due = Math.floor(((performance.now() - startedAt) / 1_000) * perSecond);
    for (; next < due; next++) {
      if (underWay >= MOST_UNDER_WAY) fail(`${MOST_UNDER_WAY} searches were not answered yet`);
      else ask(`${url}${pathOf(next, machinesOf(sensors))}`, headers);
    }
  }
}

/** One machine by its serial number, machines of a line by what they measure, a page of a factory, and a count in turn. */
function pathOf(turn: number, machines: number): string {
  const factory = turn % FACTORIES;
  const machine = (turn * 7_919) % machines;
  const page = { option: "size(25)", fields: "thingId" };
  const queries: readonly Record<string, string>[] = [
    { filter: `eq(attributes/serial,"serial-${factory}-${machine}")`, ...page },
    {
      filter: `and(eq(attributes/line,${turn % 20}),gt(features/sensor-1/properties/reading/value,1.5))`,
      ...page,
    },
    { namespaces: namespaceOf(factory), filter: `like(thingId,"${machineId(factory, machine)}*")`, ...page },
    { namespaces: namespaceOf(factory), filter: `eq(attributes/line,${turn % 20})` },
  ];
  const kind = Math.floor(turn / FACTORIES) % queries.length;
  const query = new URLSearchParams(queries[kind]);
  return `/api/2/search/things${kind === 3 ? "/count" : ""}?${query}`;
}

function ask(url: string, headers: Readonly<Record<string, string>>): void {
  const sentAt = performance.now();
  underWay++;
  const request = get(url, { agent, headers }, (response) => {
    let body = "";
    response.setEncoding("utf8").on("data", (chunk: string) => {
      body += chunk;
    });
    response.on("end", () => {
      underWay--;
      if (response.statusCode === 200) latencies.add(performance.now() - sentAt);
      else fail(`${response.statusCode} ${body}`);
    });
  });
  request.on("error", (error) => {
    underWay--;
    fail(error.message);
  });
}

let loop: Promise<void> | undefined;

serveJobs(async (job: SearchersJob): Promise<Searched> => {
  if (job.do === "start") loop = run(job);
  if (job.do === "stop") {
    isStopping = true;
    await loop;
    while (underWay > 0) await sleep(TICK_MS);
  }
  const [p50 = 0, p99 = 0] = latencies.at(0.5, 0.99);
  const searched = { count: latencies.count, p50, p99, failures, firstFailure };
  latencies.clear();
  failures = 0;
  return searched;
});
