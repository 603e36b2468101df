// `node scripts/run.mjs test/campaigns/search-agreement.ts [--runs 500] [--seed 1]`: compares what random filters and
// sorts find, by the model, in PGlite and in PostgreSQL; a run is 130 of them on one set of things.

import { parseArgs } from "node:util";
import { openDatabase } from "../../src/journal/open.ts";
import { storages } from "../journal/storages.ts";
import { compareAll, type Named } from "../search/model/agreement.ts";

const { values: options } = parseArgs({
  options: {
    runs: { type: "string", default: "500" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
  },
});

await using opened = new AsyncDisposableStack();
const databases: Named[] = [];
for (const { name, openStorage } of storages) {
  const storage = opened.use(await openStorage());
  const database = await openDatabase(storage.options);
  opened.defer(() => database.close());
  databases.push({ name, database });
}
console.log(`seed ${options.seed}`);
const campaign = { rounds: Number(options.runs), questions: 130, seed: Number(options.seed) };
const { cases, telling, disagreements } = await compareAll(databases, campaign, console.log);
for (const disagreement of disagreements) console.error(disagreement);
console.log(`${cases} cases, ${telling} of which told things apart, ${disagreements.length} disagreements`);
if (disagreements.length > 0) process.exitCode = 1;
