// `npm run chaos -- [--faults 200] [--nodes 3] [--kinds killed,frozen] [--seed N]`: a cluster under load and faults, judged
// by what its clients were told.

import { parseArgs } from "node:util";
import { chaos } from "./chaos/chaos.ts";
import { faults } from "./chaos/faults.ts";

const { values: options } = parseArgs({
  options: {
    faults: { type: "string", default: "200" },
    nodes: { type: "string", default: "3" },
    things: { type: "string", default: "60" },
    kinds: { type: "string", default: Object.keys(faults).join(",") },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
  },
});

console.log(`seed ${options.seed}`);
const result = await chaos({
  nodes: Number(options.nodes),
  faults: Number(options.faults),
  things: Number(options.things),
  kinds: options.kinds.split(","),
  seed: Number(options.seed),
  load: { writers: 12, readers: 12, subscribers: 2 },
  tell: console.log,
});
for (const violation of result.violations.slice(0, 100)) console.error(violation);
const refused = [...result.refused].map(([status, count]) => `${count} with ${status}`).join(", ");
console.log(
  `${options.faults} faults: ${result.writes} writes acknowledged, ${result.reads} reads, ${result.events} events in ` +
    `${result.sessions} sessions, refused ${refused || "none"}, slowest recovery ` +
    `${(result.slowestRecoveryMs / 1_000).toFixed(1)} s, last event ${(result.lastToldMs / 1_000).toFixed(1)} s ` +
    `after the last answer, ${result.violations.length} violations`,
);
if (result.violations.length > 0) process.exitCode = 1;
