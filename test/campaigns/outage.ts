// `node scripts/run.mjs test/campaigns/outage.ts [--outages 10] [--seconds 5]`: PostgreSQL stopped and started under load.

import { parseArgs } from "node:util";
import { startPostgres } from "../support/postgres.ts";
import { databaseOutages } from "./database-outage.ts";

const { values: options } = parseArgs({
  options: { outages: { type: "string", default: "10" }, seconds: { type: "string", default: "5" } },
});

await using postgres = await startPostgres({ own: true });
const result = await databaseOutages(
  postgres,
  Number(options.outages),
  Number(options.seconds) * 1_000,
  console.log,
);
for (const violation of result.violations) console.error(violation);
console.log(
  `${options.outages} outages, ${result.acknowledged} writes acknowledged, ${result.refused} refused, ` +
    `search-persisted ${result.promised} times so and ${result.unknown} times not known, ` +
    `${result.violations.length} violations`,
);
if (result.violations.length > 0) process.exitCode = 1;
