// A campaign: `node scripts/run.mjs test/fuzz/main.ts [--runs 100000] [--seed 1]`, requests and messages alike, in
// rounds; it goes on after a finding, and ends with all of them.

import { parseArgs } from "node:util";
import { messageRound, requestRound } from "./rounds.ts";
import { aftermath, holdings, startTarget } from "./target.ts";

const { values: options } = parseArgs({
  options: {
    runs: { type: "string", default: "100000" },
    seed: { type: "string", default: String(Date.now() % 1e6) },
  },
});
const ROUND = 2_000;
const rounds = Math.ceil(Number(options.runs) / ROUND);
let findings = 0;

await using server = await startTarget();
await requestRound(server, { runs: 500, seed: Number(options.seed) }).catch(tell);
const before = await holdings(server);
for (let round = 0; round < rounds; round++) {
  const seed = Number(options.seed) + round;
  await requestRound(server, { runs: ROUND, seed }).catch(tell);
  await messageRound(server, { runs: ROUND / 4, seed }).catch(tell);
  console.log(
    `round ${round + 1} of ${rounds}, seed ${seed}: ${findings} findings, ${JSON.stringify(await holdings(server))}`,
  );
}
for (const fault of await aftermath(server, before)) tell(new Error(fault));
if (findings > 0) process.exitCode = 1;

function tell(finding: unknown): void {
  findings++;
  console.error(finding);
}
