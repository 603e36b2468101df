// `npm run fuzz-parsers -- [--seconds 60] [--only NAME] [--seed N]`: each parser, or one, for so long. A text that takes more
// than 30 s ends the run, and is told.

import { parseArgs } from "node:util";
import { fuzz } from "../fuzz/parsers/fuzz.ts";
import { parsers } from "../fuzz/parsers/parsers.ts";
import { watchdog } from "../fuzz/parsers/watchdog.ts";

const { values: options } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    only: { type: "string" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
  },
});
const seed = Number(options.seed);
const seconds = Number(options.seconds);
const chosen = parsers.filter(({ name }) => options.only === undefined || name === options.only);
if (chosen.length === 0 || !Number.isFinite(seed) || !(seconds > 0)) {
  console.error(`The parsers are ${parsers.map(({ name }) => name).join(", ")}.`);
  process.exit(2);
}

console.log(`seed ${seed}, ${seconds} s each`);
const watched = watchdog();
for (const parser of chosen) {
  const { tried, outcomes, findings } = fuzz(parser, { seconds, seed }, watched.trying);
  console.log(`${parser.name}: ${tried} texts, ${outcomes} unlike outcomes, ${findings.length} findings`);
  for (const { text, error } of findings) {
    console.error(JSON.stringify(text.length > 2_000 ? `${text.slice(0, 2_000)}… (${text.length})` : text));
    console.error(error instanceof Error ? error.stack?.split("\n").slice(0, 6).join("\n") : error);
  }
  if (findings.length > 0) process.exitCode = 1;
}
await watched.stop();
