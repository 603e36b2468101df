// `npm run scenario -- [options]`: factories for a while, plotted into the report of the benchmarks.

import { parseArgs } from "node:util";
import { thisRun } from "../report/run.ts";
import { writeReport } from "../report/write.ts";
import { table } from "../table.ts";
import { scenario } from "./scenario.ts";

const usage = `npm run scenario -- [options]
  --minutes N      how long (default: 20)
  --sensors N      of five factories, five of each machine (default: 50000)
  --every N        seconds between two readings of a sensor (default: 20)
  --dashboards N   half by WebSocket, half by streams of events (default: 200)
  --searches N     a second (default: 50)
  --storage KIND   postgres or pglite (default: postgres)
  --report DIR     where report.html and report.json go (default: .tmp/bench)`;

// To exit in order takes servers and brokers along.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "20" },
    sensors: { type: "string", default: "50000" },
    every: { type: "string", default: "20" },
    dashboards: { type: "string", default: "200" },
    searches: { type: "string", default: "50" },
    storage: { type: "string", default: "postgres" },
    report: { type: "string", default: ".tmp/bench" },
  },
});

function positive(name: "minutes" | "sensors" | "every" | "dashboards" | "searches"): number {
  const number = Number(values[name]);
  if (number > 0) return number;
  throw new Error(`--${name} ${values[name]}?\n${usage}`);
}

const kind = values.storage;
if (kind !== "postgres" && kind !== "pglite") throw new Error(`--storage ${kind}?\n${usage}`);
const area = await scenario({
  kind,
  minutes: positive("minutes"),
  sensors: positive("sensors"),
  every: positive("every"),
  dashboards: positive("dashboards"),
  searches: positive("searches"),
});
const title = `Mixed scenario: ${kind === "postgres" ? "PostgreSQL" : "embedded database (PGlite)"}`;
console.log(`\n## ${title}\n\n${table(area.rows)}`);
writeReport(values.report, new Map([[title, area]]), thisRun());
console.log(`\nAll of it, with plots: ${values.report}/report.html`);
if (area.rows.some(({ target, value }) => target === 0 && value > 0)) process.exitCode = 1;
