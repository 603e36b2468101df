// A process that ends as its argument says.

import { createLog } from "../../src/ops/log.ts";
import { endAtCrashes, endAtSignals } from "../../src/ops/process-end.ts";
import { type StopStep, stopInOrder } from "../../src/ops/shutdown.ts";

const mode = process.argv[2];
const log = createLog({ logLevel: "info" });
const hangs: StopStep = ["connections", () => new Promise(() => undefined)];
const steps: readonly StopStep[] = mode === "orderly" ? [] : [hangs];
endAtCrashes(process, log);
endAtSignals(process, () => stopInOrder(steps, mode === "very-hanging" ? 60_000 : 100), log);
setInterval(() => undefined, 1_000);
if (mode === "throws")
  setImmediate(() => {
    throw new Error("nobody expected this");
  });
if (mode === "rejects") void Promise.reject(new Error("nobody expected this"));
console.log("ready");
