// Program: a server whose model hangs. Says the ids of its processes, and waits to be killed.

import { faultOf, open, predict, startModels } from "./models.ts";

const models = startModels();
const endless = await open(models, "endless", ["c0"], { timeoutMs: 60_000 });
const hanging = faultOf(predict(endless, [[1e18]]));
process.stdout.write(`${JSON.stringify(models.pids)}\n`);
await hanging;
