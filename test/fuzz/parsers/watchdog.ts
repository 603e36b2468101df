// Tells of a text on which a parser never ends: a thread of its own looks whether another one is tried now and then.

import { Worker } from "node:worker_threads";

const MOST_BYTES = 1_000_000;
const PATIENCE_MS = 30_000;
/** The number of the text, and its length in bytes. */
const HEAD = 8;

const code = `
  const { workerData: { shared, head, patience } } = require("node:worker_threads");
  const numbers = new Int32Array(shared, 0, 2);
  let last = -1;
  let since = Date.now();
  setInterval(() => {
    const now = Atomics.load(numbers, 0);
    if (now !== last) [last, since] = [now, Date.now()];
    else if (Date.now() - since > patience) {
      const text = Buffer.from(shared, head, numbers[1]).toString("utf16le");
      require("node:fs").writeSync(2, "This one does not end: " + JSON.stringify(text) + "\\n");
      process.kill(process.pid, "SIGKILL");
    }
  }, 1000);
`;

/** Watches from the first text on; a parser that spends 30 s on one ends the process, which tells the text before. */
export function watchdog(): { trying(text: string): void; stop(): Promise<unknown> } {
  const shared = new SharedArrayBuffer(HEAD + MOST_BYTES);
  const numbers = new Int32Array(shared, 0, 2);
  const bytes = Buffer.from(shared, HEAD);
  const worker = new Worker(code, { eval: true, workerData: { shared, head: HEAD, patience: PATIENCE_MS } });
  return {
    trying(text) {
      numbers[1] = bytes.write(text, "utf16le");
      Atomics.add(numbers, 0, 1);
    },
    stop: () => worker.terminate(),
  };
}
