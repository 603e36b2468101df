// `npm run fuzz -- [--max-examples 100] [--seed 1] [--phases examples,coverage,fuzzing,stateful]`: Schemathesis on
// the OpenAPI document and a server of its own.

import { parseArgs } from "node:util";
import { fuzz } from "./schemathesis.ts";

const { values: options } = parseArgs({
  options: {
    "max-examples": { type: "string", default: "100" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    phases: { type: "string", default: "examples,coverage,fuzzing,stateful" },
  },
});

console.log(`seed ${options.seed}`);
const { requests, findings } = await fuzz(
  { maxExamples: Number(options["max-examples"]), seed: Number(options.seed), phases: options.phases },
  console.log,
);
for (const finding of findings) console.error(finding);
console.log(
  `${requests} requests, ${findings.length === 0 ? "nothing found" : "see above for what was found"}`,
);
if (findings.length > 0) process.exitCode = 1;
