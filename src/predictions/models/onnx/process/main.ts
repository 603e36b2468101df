// A process that runs ONNX models for the server. Its thread does the work (thread.ts), which nothing can interrupt; this one
// sees to it that the process goes when the server does, or when a model takes too much memory.

import { rmdirSync, writeFileSync } from "node:fs";
import { Worker } from "node:worker_threads";
import type { LastWords, ProcessOptions } from "../messages.ts";

/** A model can fill a few hundred megabytes in this time. */
const LOOK_MS = 50;

const options = JSON.parse(process.argv[2] as string) as ProcessOptions;
goFirst();
process.on("disconnect", end);
// As a signal to the whole group would: the server ends this process when it has no use for it any more.
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => undefined);

// The thread reads requests from standard input and writes answers to standard output, waiting in the system call.
const thread = new Worker(new URL("./thread.ts", import.meta.url), { workerData: options });
thread.on("error", (error) => {
  process.stderr.write(`ONNX process: ${error.stack ?? error.message}\n`);
  end();
});
thread.on("exit", end);
setInterval(look, LOOK_MS);

function look(): void {
  const memoryBytes = process.memoryUsage.rss();
  if (memoryBytes <= options.memoryBytes) return;
  process.send?.({ memoryBytes } satisfies LastWords, end);
}

/** `process.exit` would wait for the thread, which may be in a model that never ends. */
function end(): void {
  leaveFolder();
  process.kill(process.pid, "SIGKILL");
}

/** It was made for this process. The server removes it too, unless it was killed itself. */
function leaveFolder(): void {
  try {
    rmdirSync(process.cwd());
  } catch {
    // It is gone already.
  }
}

/** Where memory runs out between two looks, Linux is to end this process and not the server. */
function goFirst(): void {
  if (process.platform !== "linux") return;
  try {
    writeFileSync("/proc/self/oom_score_adj", "1000");
  } catch {
    // Not everywhere allowed, and only a second line of defence.
  }
}
